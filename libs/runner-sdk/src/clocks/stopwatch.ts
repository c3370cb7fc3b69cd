/** An instant on both clocks of this machine. */
export interface Instant {
  monotonicMs: number;
  wallMs: number;
}

export const now = (): Instant => ({ monotonicMs: performance.now(), wallMs: Date.now() });

/**
 * Time since an instant: the larger of both clocks' deltas. A suspended machine's monotonic clock may stand
 * still, and a wall clock may be set back; a lease must not live longer because of either (docs/protocol.md).
 */
export function elapsedMs(since: Instant): number {
  const at = now();
  return Math.max(at.monotonicMs - since.monotonicMs, at.wallMs - since.wallMs);
}
