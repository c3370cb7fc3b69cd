/** Time as the rest of Conclave sees it. Tests put a manual clock here. */
export interface Clock {
  /** Wall clock, ms since the epoch. For the record and for expiries only; no guarantee rests on it. */
  wallMs(): number;
  /** Elapsed time, ms, never goes back. Leases and silence are measured with this one (G2). */
  monotonicMs(): number;
}

export const systemClock: Clock = { wallMs: () => Date.now(), monotonicMs: () => performance.now() };

/** UTC ISO-8601 with milliseconds and `Z`, the only form of an instant in events and API. */
export const isoOf = (wallMs: number): string => new Date(wallMs).toISOString();
