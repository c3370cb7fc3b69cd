import type { Groups } from '@conclave/election';
import type { PublishedKeys } from '../keys/published-keys.js';
import type { LogMarks } from '../log/marks.js';

/** Clocks of servers may differ by this much. */
const SKEW_MS = 60_000;

/**
 * Whether those who work on this log are to hear what was known here (G1, G2): our key stands in it, or nobody has begun
 * anything in it, or it began after ours was there at last, while this server worked. A log without our keys that is older is
 * somebody else's, at an address that leads elsewhere now.
 */
export function isForUs(
  { keys, liveUntil }: Pick<LogMarks, 'keys' | 'liveUntil'>,
  published: Pick<PublishedKeys, 'keyOf' | 'isEmpty'>,
  groups: Pick<Groups, 'all' | 'size'>,
): boolean {
  if (keys.some(({ kid }) => kid !== undefined && published.keyOf(kid))) return true;
  if (published.isEmpty && groups.size === 0) return true;
  if (!liveUntil) return false;
  const sinceMs = Date.parse(liveUntil) - SKEW_MS;
  return [...groups.all()].every(({ state }) => Date.parse(state.createdAt ?? '') > sinceMs);
}
