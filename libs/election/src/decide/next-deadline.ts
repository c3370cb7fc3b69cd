import { coolsDownAt, settledAtMs } from '../rule/choose-leader.js';
import { suppressedUntil } from '../rule/damping.js';
import { nextEndAt } from './lifetime.js';
import type { GroupState } from '../model/state.js';
import { isoOfMs } from '../model/time.js';
import type { Iso } from '../model/vocabulary.js';

/** Next instant after `afterMs` at which time alone may change something; null if there is none. */
export function nextDeadlineMs(state: GroupState, afterMs: number): number | null {
  const after = isoOfMs(afterMs);
  const endAt = nextEndAt(state, after);
  const nextMs = candidacies(state, after).reduce(
    (next, ms) => (ms > afterMs ? Math.min(next, ms) : next),
    endAt === null ? Infinity : Date.parse(endAt),
  );
  return nextMs === Infinity ? null : nextMs;
}

/** When runners become electable, or better than the leader, by waiting alone. */
function candidacies(state: GroupState, after: Iso): number[] {
  const matters =
    !state.leadership ||
    (!state.leadership.handover && (state.settings.failback === 'always' || state.pin?.mode === 'prefer'));
  if (!matters) return [];
  const ends: number[] = [];
  for (const r of state.runners.values()) {
    if (coolsDownAt(r, after)) ends.push(Date.parse(r.cooldownUntil!));
    if (state.leadership && r.unsettledSince && r.activeSince) ends.push(settledAtMs(r, state));
    const suppressedTo = suppressedUntil(r, state.settings, after);
    if (suppressedTo) ends.push(Date.parse(suppressedTo));
  }
  return ends;
}
