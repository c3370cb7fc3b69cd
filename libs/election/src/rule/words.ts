import { chooseLeader } from './choose-leader.js';
import { actorInWords, reasonInWords } from '../model/people.js';
import type { GroupState } from '../model/state.js';
import type { Iso, Until, Verdict } from '../model/vocabulary.js';

/** What everybody is told who asks for a group that is no more. */
export const deletedInWords = ({ id, deleted }: Pick<GroupState, 'id' | 'deleted'>): string =>
  `group "${id}" was deleted at ${deleted!.at}${byWhom({ ...deleted!, expiresAt: null })}, and its id is never used again`;

/** So many runners are spoken of one by one; of a large group all would be a megabyte. */
export const SHOWN_VERDICTS = 8;

/** Why nobody leads this group now, for people; null if somebody does. `most`: so many runners are spoken of. */
export function whyLeaderless(state: GroupState, at: Iso, most = SHOWN_VERDICTS): string | null {
  if (state.leadership) return null;
  if (state.deleted) return deletedInWords(state);
  if (state.pause) return `elections are paused${byWhom(state.pause)}; resume them, or wait`;
  if (state.runners.size === 0) return 'no runner is registered';
  const { winner, verdicts } = chooseLeader(state, at);
  if (winner) return `runner "${winner.id}" is eligible and about to be elected`;
  return verdictsInWords(verdicts, state, most).join('; ');
}

/** The first so many, and how many more there are. */
export function verdictsInWords(verdicts: readonly Verdict[], state: GroupState, most: number): string[] {
  const said = verdicts.slice(0, most).map((verdict) => verdictInWords(verdict, state));
  return verdicts.length > most ? [...said, `and ${verdicts.length - most} more`] : said;
}

const SHOWN_REASON = 80;

/** Who, and why in brief. */
const order = ({ actor, reason }: { actor: string; reason: string | null }): string =>
  `${actorInWords(actor)}${reason ? `: ${reasonInWords(reason)!.slice(0, SHOWN_REASON).toWellFormed()}` : ''}`;

export const byWhom = ({
  actor,
  reason,
  expiresAt,
}: {
  actor: string;
  reason: string | null;
  expiresAt: Iso | null;
}): string => ` (by ${order({ actor, reason })}${expiresAt ? `, until ${expiresAt}` : ''})`;

/** One runner's verdict for people. `state`: the group at the decision. */
export function verdictInWords({ runner, why, keys, moreKeys, until }: Verdict, state: GroupState): string {
  const about = `runner "${runner}"`;
  const known = state.runners.get(runner)!;
  switch (why) {
    case 'pending':
      return `${about} is pending (has not sent a heartbeat yet)`;
    case 'silent':
      return `${about} is silent${known.lastSeenAt ? ` since ${known.lastSeenAt}` : ''}`;
    case 'pinned-out':
      return `${about} is pinned out: only "${state.pin!.runner}" may lead${byWhom(state.pin!)}; lift the pin to change that`;
    case 'cooling-down':
      return `${about} resigned and cools down until ${until}`;
    case 'flapping':
      return `${about} fell silent too often and is held back until ${until}; forgive it to change that`;
    case 'tainted': {
      const taints = known.taints
        .filter((t) => keys!.includes(t.key))
        .map((t) => `${t.key} (${t.effect} by ${order(t)})`);
      return `${about} is tainted ${taints.join(', ')}${moreKeys ? ` and ${moreKeys} more` : ''}`;
    }
    case 'unsettled':
      return `${about} has not been active for a whole lease since its last term ended badly`;
    case 'prefer-pin':
      return state.transfer?.from === runner
        ? `${about} is to hand over: a transfer wants another to lead`
        : `${about} comes after the one that a pin or a transfer prefers`;
    case 'prefer-no-lead':
      return `${about} is tainted PreferNoLead`;
    case 'priority':
      return `${about} has a lower priority`;
    case 'seniority':
      return `${about} is younger`;
    case 'chosen':
      return `${about} comes first`;
  }
}

/** When an order ends, as it follows what it is: how long it lasts is what somebody asks who looks at night. */
export const endInWords = ({ expiresAt, until }: { expiresAt: Iso | null; until?: Until | null }): string => {
  const { runnerGone, silentMs } = until ?? {};
  const gone =
    runnerGone && `until "${runnerGone}" is gone${silentMs === undefined ? '' : ` for ${silentMs} ms`}`;
  return [expiresAt && `until ${expiresAt}`, gone].map((end) => (end ? `, ${end}` : '')).join('');
};
