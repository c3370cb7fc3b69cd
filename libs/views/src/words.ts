import { chooseLeader, type GroupState, type Iso, type Verdict } from '@conclave/election';

/** Why nobody leads this group now, for people; null if somebody does. */
export function whyLeaderless(state: GroupState, at: Iso): string | null {
  if (state.leadership) return null;
  if (state.pause) return `elections are paused${byWhom(state.pause)}; resume them, or wait`;
  if (state.runners.size === 0) return 'no runner is registered';
  const { winner, verdicts } = chooseLeader(state, at);
  if (winner) return `runner "${winner.id}" is eligible and about to be elected`;
  return verdicts.map((verdict) => inWords(verdict, state)).join('; ');
}

const SHOWN_REASON = 80;

const byWhom = ({ actor, reason, expiresAt }: { actor: string; reason: string | null; expiresAt: Iso | null }): string =>
  ` (by ${actor}${reason ? `: ${reason.slice(0, SHOWN_REASON)}` : ''}${expiresAt ? `, until ${expiresAt}` : ''})`;

function inWords({ runner, why, keys, until }: Verdict, state: GroupState): string {
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
        .map((t) => `${t.key} (${t.effect} by ${t.actor}${t.reason ? `: ${t.reason.slice(0, SHOWN_REASON)}` : ''})`);
      return `${about} is tainted ${taints.join(', ')}`;
    }
    default:
      return `${about} is not eligible (${why})`;
  }
}
