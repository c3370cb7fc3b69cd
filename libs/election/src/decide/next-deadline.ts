import { coolsDownAt, settledAtMs } from '../rule/choose-leader.js';
import { suppressedUntil } from '../rule/damping.js';
import { endingsOf } from './lifetime.js';
import type { GroupState } from '../model/state.js';
import { isoOfMs } from '../model/time.js';

/** Next instant after `afterMs` at which time alone may change something; null if there is none. */
export function nextDeadlineMs(state: GroupState, afterMs: number): number | null {
  const ahead = [...endingsOf(state).map(Date.parse), ...candidacies(state, afterMs)].filter(
    (ms) => ms > afterMs,
  );
  return ahead.length > 0 ? Math.min(...ahead) : null;
}

/** When runners become electable, or better than the leader, by waiting alone. */
function candidacies(state: GroupState, afterMs: number): number[] {
  const matters =
    !state.leadership ||
    (!state.leadership.handover && (state.settings.failback === 'always' || state.pin?.mode === 'prefer'));
  if (!matters) return [];
  const after = isoOfMs(afterMs);
  const ends = [...state.runners.values()]
    .map((r) => suppressedUntil(r, state.settings, after))
    .filter((at) => at !== null);
  const settling = [...state.runners.values()].flatMap((r) => [
    ...(coolsDownAt(r, after) ? [Date.parse(r.cooldownUntil!)] : []),
    ...(state.leadership && r.unsettledSince && r.activeSince ? [settledAtMs(r, state)] : []),
  ]);
  return [...settling, ...ends.map(Date.parse)];
}
