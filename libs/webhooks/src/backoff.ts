const FIRST_MS = 1_000;
const MOST_MS = 300_000;
/** A receiver may ask for more patience, but not for all of it. */
const ASKED_MOST_MS = 3_600_000;

/**
 * How long a notice rests after so many tries in vain: from a second to five minutes, and never less than the receiver asks
 * for (an hour at the most). `random`: 0 to 1, so that groups do not all come again at once.
 */
export function restMs(tries: number, random: number, askedMs: number | null): number {
  const longMs = Math.min(MOST_MS, FIRST_MS * 2 ** Math.min(20, tries - 1));
  const ownMs = longMs * (0.75 + random / 4);
  return Math.round(Math.max(FIRST_MS, ownMs, Math.min(ASKED_MOST_MS, askedMs ?? 0)));
}

/** Of a Retry-After header: seconds, or an instant. Null: it says nothing that can be heeded. */
export function askedMs(retryAfter: string | undefined, nowMs: number): number | null {
  if (retryAfter === undefined) return null;
  if (/^\d{1,9}$/.test(retryAfter)) return Number(retryAfter) * 1_000;
  const atMs = Date.parse(retryAfter);
  return Number.isNaN(atMs) ? null : Math.max(0, atMs - nowMs);
}
