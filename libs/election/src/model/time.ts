import type { Iso } from './vocabulary.js';

export const isoOfMs = (ms: number): Iso => new Date(ms).toISOString();

/** `at` plus a duration; both are data, so that a decision replays to the same instant. */
export const later = (at: Iso, ms: number): Iso => isoOfMs(Math.min(Date.parse(at) + ms, LAST_MS));
/** Instants compare as texts, which they do up to the year 9999; what is to come after it never comes. */
const LAST_MS = Date.parse('9999-12-31T23:59:59.999Z');
