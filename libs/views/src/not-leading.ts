import { deletedInWords, type GroupState, type Id } from '@conclave/election';

/** A server may be cut off for so long before it can know (an idle one proves every 0.9 s that it hears, L6). */
const NOTICED_MS = 2_000;

/**
 * Why it must not be said of the runner that it leads; null: it does, was not told to stop, and that is known no
 * longer ago than a lease. `unprovedMs`: how old what is known may be.
 */
export function whyNotLeading(
  group: Id,
  runner: Id,
  state: GroupState | undefined,
  unprovedMs: number,
): string | null {
  if (!state) return `there is no group "${group}"`;
  if (state.deleted) return deletedInWords(state);
  const { leadership, runners, settings } = state;
  if (!runners.has(runner)) return `group "${group}" has no runner "${runner}"`;
  if (!leadership) return `nobody leads group "${group}"`;
  if (leadership.runner !== runner) return `"${leadership.runner}" leads in term ${leadership.term}`;
  if (leadership.handover) return `"${runner}" was told to stop in term ${leadership.term}`;
  if (unprovedMs <= Math.max(settings.leaseMs, NOTICED_MS)) return null;
  const ago = Number.isFinite(unprovedMs) ? `for ${(unprovedMs / 1_000).toFixed(1)} s` : 'since it started';
  return `this server has heard nothing from its store ${ago}: somebody else may lead`;
}
