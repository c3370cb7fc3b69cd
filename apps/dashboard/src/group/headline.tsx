import type { ElectionReply } from '@conclave/contract';
import { groupPath } from '../api/ask.js';
import { useAsked } from '../api/use-asked.js';
import { Clock, Since } from '../parts/instant.js';
import { Text } from '../parts/text.js';
import { said } from '../words/duration.js';
import { needsPerson, stateInParts } from '../words/state.js';
import type { View } from './use-view.js';

/** Who leads, since when and why, in one or two sentences. */
export function Headline({ view: { group, past } }: { view: View }) {
  const { group: name, leader, term, why } = group;
  const now = past ? Date.parse(past.at) : undefined;
  const [words, rest] = stateInParts(group);
  const isElected = leader !== null && term > 0;
  const path = isElected ? groupPath(name, `/elections/${term}`) : null;
  const { data: election, problem, isOld } = useAsked<ElectionReply>(path);
  return (
    <>
      <p class={needsPerson(group) ? 'headline alarm' : 'headline'}>
        <strong>
          <Text of={words} />
        </strong>
        {leader && (
          <>
            {group.state === 'handover' ? '; it has led' : ''} for <Since at={leader.since} now={now} />,
            since <Clock at={leader.since} />, term {term}
          </>
        )}
        {!leader && term > 0 && <> after term {term}</>}
        {rest}.
      </p>
      {leader === null && why && (
        <p class={needsPerson(group) ? 'alarm' : ''}>
          <Text of={said(why)} />
        </p>
      )}
      {isElected && (isOld || (!election && !problem)) && <p class="quiet">Reading why it leads …</p>}
      {isElected && !isOld && election && (
        <p>
          <Text of={said(election.words)} />{' '}
          <a href={`/groups/${encodeURIComponent(name)}/why/${term}`}>Why</a>
        </p>
      )}
      {past?.decidedBy && (
        <p class="quiet">
          Decided by event {past.decidedBy.version} ({past.decidedBy.type}) at{' '}
          <Clock at={past.decidedBy.meta.at} precise />.
        </p>
      )}
    </>
  );
}
