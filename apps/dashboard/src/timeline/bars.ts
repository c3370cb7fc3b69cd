/** Narrower than that is drawn as wide, in pixels. */
const LEAST = 3;
/** Of such, those that are no farther apart are one bar. */
const APART = 2;

export interface Span {
  from: number;
  to: number;
}

/** One or more spans, drawn as one. */
export interface Bar<T extends Span> {
  x: number;
  width: number;
  first: T;
  last: T;
  count: number;
}

/** Spans, oldest first, as bars of a strip so wide: runs of such as are too narrow to see become one. */
export function merge<T extends Span>(spans: readonly T[], { from, to }: Span, width: number): Bar<T>[] {
  const scale = (ms: number): number => ((Math.min(Math.max(ms, from), to) - from) / (to - from)) * width;
  const bars: Bar<T>[] = [];
  let run: Bar<T> | null = null;
  for (const span of spans) {
    const [x, end] = [scale(span.from), scale(span.to)];
    const isNarrow = end - x < LEAST;
    if (run && isNarrow && x - (run.x + run.width) < APART) {
      run.width = Math.max(run.width, end - run.x);
      run.last = span;
      run.count++;
      continue;
    }
    const bar: Bar<T> = {
      x: Math.min(x, width - LEAST),
      width: Math.max(LEAST, end - x),
      first: span,
      last: span,
      count: 1,
    };
    bars.push(bar);
    run = isNarrow ? bar : null;
  }
  return bars;
}
