/**
 * How long records of `P` are kept: twice what anybody could need. No lease is longer than ten minutes; a day
 * leaves room for clocks that differ and for people who ask when a runner was last heard.
 */
export const KEEP_MS = 2 * 24 * 3_600_000;

/** Longer than any lease, and than it takes to act on one that is over. */
export const ACTED_UPON_MS = 3_600_000;
