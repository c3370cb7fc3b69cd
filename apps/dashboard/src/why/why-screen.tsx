import type { ElectionsPage, GroupReply } from '@conclave/contract';
import { useState } from 'preact/hooks';
import { groupPath, pathOf } from '../api/ask.js';
import { pages, pathFrom } from '../api/pages.js';
import { useAsked } from '../api/use-asked.js';
import { useLive } from '../live/use-live.js';
import { Clock } from '../parts/instant.js';
import { useTitle } from '../parts/use-title.js';
import { ProblemNote } from '../parts/problem-note.js';
import { Text } from '../parts/text.js';
import { said } from '../words/duration.js';
import { Election } from './election.js';

const PAGE = 25;
const MOST_AT_ONCE = 1_000;

type Elections = Pick<ElectionsPage, 'elections' | 'sealed'>;

/** All from a term on; of large groups few are on a page. */
async function electionsFrom(path: string, { signal }: { signal: AbortSignal }): Promise<Elections> {
  let sealed: ElectionsPage['sealed'] = null;
  const { all } = await pages<ElectionsPage, ElectionsPage['elections'][number]>(
    pathFrom(path),
    (page) => {
      sealed ??= page.sealed;
      return page.elections;
    },
    signal,
  );
  return { elections: all, sealed };
}

/** The elections of a group, the newest first, and one of them explained. */
export function WhyScreen({ group, term }: { group: string; term?: string }) {
  useTitle('Why', group);
  const { versions, generation } = useLive();
  const revision = `${generation} ${versions.get(group) ?? 0}`;
  const [want, setWant] = useState(PAGE);
  const known = useAsked<GroupReply>(groupPath(group), revision);
  const last = known.data?.term ?? 0;
  const from = Math.max(1, last - want + 1);
  const limit = Math.min(MOST_AT_ONCE, want);
  const page = useAsked(
    last > 0 ? pathOf(groupPath(group, '/elections'), { from, limit }) : null,
    `${generation} ${last}`,
    electionsFrom,
  );
  const problem = known.problem ?? page.problem;
  const path = `/groups/${encodeURIComponent(group)}`;
  return (
    <main>
      <p class="links">
        <a href={path}>
          Back to <Text of={group} />
        </a>
      </p>
      <h1>
        Why: elections of <Text of={group} />
      </h1>
      {problem && <ProblemNote problem={problem} />}
      {term !== undefined && <Election key={term} group={group} term={term} revision={revision} />}
      {term !== undefined && <h2>All elections</h2>}
      {known.data && last === 0 && <p>Nobody was elected yet. The first runner that beats will be.</p>}
      <ol class="history">
        {[...(page.data?.elections ?? [])].reverse().map((election) => (
          <li key={election.term}>
            <span class="when">
              <Clock at={election.at} precise />
            </span>
            <span class="what">
              <Text of={said(election.words)} />
            </span>
            <span class="do">
              <a
                href={`${path}/why/${election.term}`}
                aria-current={term === String(election.term) ? 'true' : undefined}
              >
                term {election.term}
              </a>
            </span>
          </li>
        ))}
      </ol>
      {page.data?.sealed && (
        <p class="quiet">
          Older ones are sealed, up to <Clock at={page.data.sealed.until} />, and in archives (conclave
          explain {group} --archive).
        </p>
      )}
      {from > 1 && !page.data?.sealed && (
        <button type="button" onClick={() => setWant(want + PAGE)}>
          {PAGE} older ones
        </button>
      )}
    </main>
  );
}
