import type { LeaderReply } from '@conclave/contract';
import { Component } from 'preact';
import type { Details } from '../live/known-details.js';
import { Since } from '../parts/instant.js';
import { Text } from '../parts/text.js';
import { useNow } from '../parts/use-now.js';
import { withAt } from '../parts/use-query.js';
import { said } from '../words/duration.js';
import { needsPerson, nextInWords, runnersInWords, stateInParts } from '../words/state.js';
import { leaderlessSince } from './strip-of.js';
import { Strip } from './strip.js';

interface Line {
  group: LeaderReply;
  details: Details | null;
  at: string | undefined;
  isChosen: boolean;
  isNews: boolean;
  index: number;
  count: number;
}

/** One group in one line; two when there is something to say of it. Drawn again when something of it is otherwise. */
export class GroupLine extends Component<Line> {
  // not by memo of preact/compat: with that in the page, onChange of every field is onInput
  override shouldComponentUpdate(next: Line): boolean {
    return (Object.keys(next) as (keyof Line)[]).some((name) => next[name] !== this.props[name]);
  }
  override render() {
    return <Drawn {...this.props} />;
  }
}

function Drawn({ group, details, at, isChosen, isNews, index, count }: Line) {
  const now = useNow(5_000);
  const isAlarm = needsPerson(group);
  const since =
    isAlarm && at === undefined && details?.tenures
      ? leaderlessSince(details.tenures)
      : (group.leader?.since ?? null);
  const past = at === undefined ? undefined : Date.parse(at);
  const next = details && at === undefined ? nextInWords(details.group, now) : [];
  const [words, rest] = stateInParts(group);
  const classes = ['line', isAlarm && 'alarm', isChosen && 'chosen', isNews && 'news']
    .filter(Boolean)
    .join(' ');
  return (
    <li class={classes} aria-setsize={count} aria-posinset={index + 1} data-group={group.group}>
      <a class="name" href={withAt(`/groups/${encodeURIComponent(group.group)}`, at)}>
        <Text of={group.group} />
      </a>
      <span class="state">
        <Text of={words} />
        {since !== null && (
          <span class="quiet">
            {' '}
            {group.state === 'handover' ? 'after' : 'for'} <Since at={since} now={past} />
          </span>
        )}
        {rest}
      </span>
      <span class="term quiet">term {group.term}</span>
      <span class="runners quiet">
        {details && at === undefined ? runnersInWords(details.group.runners) : ''}
      </span>
      {details && at === undefined ? <Strip {...details} /> : <span class="strip" />}
      <span class="more">
        {isAlarm ? <Text of={said(group.why ?? 'nobody may lead')} /> : <Text of={next.join(' · ')} />}
      </span>
    </li>
  );
}
