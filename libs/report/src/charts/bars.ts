import type { Span } from '@conclave/audit';
import { scaleUtc } from 'd3-scale';

/** Narrower than that is drawn as wide: one pixel of a wide screen, in percent of the width. */
const LEAST = 0.1;
/** Of such, those that are no farther apart are one bar. */
const APART = 0.2;

/** One or more spans, drawn as one: from `x`, both in percent of the width. */
export interface Bar<T> {
  x: number;
  width: number;
  first: T;
  last: T;
  count: number;
  /** How much of the width its spans take, 0 to 1: a run of many has gaps between them. */
  filled: number;
}

/** Where an instant of a window is, in percent of the width. */
export type Scale = (at: string) => number;

export function scaleOf({ from, to }: Span): Scale {
  const scale = scaleUtc([new Date(from), new Date(to)], [0, 100]).clamp(true);
  return (at) => scale(new Date(at));
}

/** Spans, oldest first, as bars: runs of such as are too narrow to see become one. */
export function barsOf<T extends Span>(spans: readonly T[], scale: Scale): Bar<T>[] {
  const bars: Bar<T>[] = [];
  let run: Bar<T> | null = null;
  for (const span of spans) {
    const [x, end] = [scale(span.from), scale(span.to)];
    const isNarrow = end - x < LEAST;
    if (run && isNarrow && x - (run.x + run.width) < APART) {
      const taken = run.filled * run.width + end - x;
      const width = Math.max(run.width, end - run.x);
      Object.assign(run, { width, filled: taken / width, last: span, count: run.count + 1 });
      continue;
    }
    const width = Math.max(LEAST, end - x);
    const bar: Bar<T> = { x, width, first: span, last: span, count: 1, filled: (end - x) / width };
    bars.push(bar);
    run = isNarrow ? bar : null;
  }
  return bars;
}

export const percent = (value: number): string => `${Number(value.toFixed(2))}%`;
