import type { RunnerState } from '../model/state.js';
import { isoOfMs } from '../model/time.js';
import { FLAP_PENALTY, type Damping, type Iso, type Settings } from '../model/vocabulary.js';

/** The penalty can never be so high that it would take longer than `maxSuppressMs` to decay. */
export const ceilingOf = ({ reuseAt, halfLifeMs, maxSuppressMs }: Damping): number =>
  reuseAt * 2 ** (maxSuppressMs / halfLifeMs);

/**
 * Until when this runner is not elected because it fell silent too often, or null. Computed from the record
 * of its silences under the settings in force: changed settings count for the past too, and any replay gives
 * the same.
 */
export function suppressedUntil(
  { silences }: Pick<RunnerState, 'silences'>,
  { damping }: Pick<Settings, 'damping'>,
  at: Iso,
): Iso | null {
  if (!damping) return null;
  let penalty = 0;
  let lastMs = 0;
  let untilMs = -Infinity;
  for (const silence of silences) {
    const ms = Date.parse(silence);
    penalty = Math.min(
      penalty * 2 ** (-(ms - lastMs) / damping.halfLifeMs) + FLAP_PENALTY,
      ceilingOf(damping),
    );
    lastMs = ms;
    // Once suppressed it stays so down to `reuseAt`; a further silence on the way lengthens it.
    if (penalty >= damping.suppressAt || ms < untilMs)
      untilMs = ms + Math.ceil(damping.halfLifeMs * Math.log2(penalty / damping.reuseAt));
  }
  return untilMs > Date.parse(at) ? isoOfMs(untilMs) : null;
}
