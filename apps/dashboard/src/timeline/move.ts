import type { Span } from './bars.js';

const LEAST_MS = 1_000;
const MOST_MS = 400 * 86_400_000;

/** Nearer (factor < 1) or farther, around a point of the window, 0 to 1; nothing is seen beyond `latest`. */
export function zoomed({ from, to }: Span, factor: number, around: number, latest: number): Span {
  const ms = Math.min(MOST_MS, Math.max(LEAST_MS, (to - from) * factor));
  const at = from + (to - from) * around;
  return fitted({ from: at - ms * around, to: at + ms * (1 - around) }, latest);
}

/** Earlier or later by so much of its width. */
export const panned = ({ from, to }: Span, by: number, latest: number): Span =>
  fitted({ from: from + (to - from) * by, to: to + (to - from) * by }, latest);

function fitted({ from, to }: Span, latest: number): Span {
  const over = Math.max(0, to - latest);
  return { from: Math.round(from - over), to: Math.round(to - over) };
}
