import type { Iso } from './vocabulary.js';

export const isoOfMs = (ms: number): Iso => new Date(ms).toISOString();

/** `at` plus a duration; both are data, so that a decision replays to the same instant. */
export const later = (at: Iso, ms: number): Iso => isoOfMs(Date.parse(at) + ms);
