import type { Groups, GroupState, Id } from '@conclave/election';
import { digestOf } from '@conclave/event-store';
import { learn, type LogMarks, type Mark } from './marks.js';

interface Extent {
  version: number;
  term: number;
}
/** A group of which the log has less than is known, or something else. */
export interface Difference {
  group: Id;
  known: Extent;
  found: Extent;
}

/** Somebody has accepted the log, here or at another server, who knew every term of this group that is known here. */
export const isAcceptedIn = (found: GroupState | undefined, mark: Mark | undefined): boolean =>
  found !== undefined && found.breaks > (mark?.breaks ?? 0) && found.acceptedTerm >= (mark?.term ?? 0);

/** Nothing can differ in it that matters: it is accepted, or no term is given in it (any more). */
export function isSettledIn(
  groups: Pick<Groups, 'get' | 'problemOf'>,
  group: Id,
  mark: Mark | undefined,
): boolean {
  const state = groups.get(group);
  return isAcceptedIn(state, mark) || state?.deleted != null || groups.problemOf(group) !== null;
}

/** With what other servers said in the log that they knew (G1), unless whoever accepted it knew it. */
export function withTold(
  marks: LogMarks['groups'],
  told: ReadonlyMap<Id, Mark>,
  groups: Groups,
): LogMarks['groups'] {
  if (told.size === 0) return marks;
  const all = new Map(marks);
  for (const [group, mark] of told) if (!isAcceptedIn(groups.get(group), mark)) learn(all, group, mark);
  return all;
}

/** Groups that differ and that nobody has accepted since. `forked`: those with another event at the known version. */
export function differencesOf(
  marks: LogMarks['groups'],
  groups: Groups,
  forked: readonly ReadonlySet<Id>[],
): Difference[] {
  const differences: Difference[] = [];
  for (const [group, mark] of marks) {
    const state = groups.get(group);
    const { version, term } = state ?? { version: 0, term: 0 };
    const isForked = forked.some((groupsOf) => groupsOf.has(group));
    if (version >= mark.version && term >= mark.term && !isForked) continue;
    if (isSettledIn(groups, group, mark)) continue;
    differences.push({ group, known: { version: mark.version, term: mark.term }, found: { version, term } });
  }
  return differences;
}

/** What is known of those that differ from it. */
export const differing = (marks: LogMarks['groups'], groups: Groups, forked: ReadonlySet<Id>): [Id, Mark][] =>
  differencesOf(marks, groups, [forked]).map(({ group }) => [group, marks.get(group)!]);

/** Names what is different: an acceptance is of just this. */
export function differencesDigest(broken: string | null, differences: readonly Difference[]): string {
  const lost = differences.map(
    ({ group, known, found }) => [group, known.version, known.term, found.version, found.term] as const,
  );
  lost.sort(([a], [b]) => (a < b ? -1 : 1)); // whoever knows them in another order means the same
  return digestOf({ broken, lost }).slice(0, 16);
}

const inWords = ({ group, known, found }: Difference): string =>
  `of group "${group}" version ${known.version} and term ${known.term} were known, version ${found.version} and term ${found.term} were found`;

/** For people; `broken` null and some of the differences for who may be told of some groups only. */
export function whyAnother(broken: string | null, differences: readonly Difference[]): string {
  const shown = differences.slice(0, SHOWN).map(inWords).join('; ');
  const more = differences.length > SHOWN ? `; and ${differences.length - SHOWN} more groups` : '';
  const what = [broken, shown + more].filter(Boolean).join('; ') || 'something is lost';
  return `the log is not the one that this server knew (was a backup restored?): ${what}`;
}
const SHOWN = 5;
