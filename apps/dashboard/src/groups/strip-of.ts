import type { TenuresPage } from '@conclave/contract';
import { counted, duration } from '../words/duration.js';
import { vacantUntil } from '../words/vacancy.js';

type Tenures = TenuresPage['tenures'];
const WIDTH = 1_000;
/** Narrower would not be seen; of such, only one is drawn a place. */
const LEAST = 8;
const TINTS = 4;

export interface StripSpan {
  x: number;
  width: number;
  kind: 'led' | 'gap' | 'held';
  tint: number;
}

/** The same runner has the same tint everywhere. */
function tintOf(runner: string): number {
  let sum = 0;
  for (let n = 0; n < runner.length; n++) sum = (sum * 31 + runner.charCodeAt(n)) >>> 0;
  return sum % TINTS;
}

/** At least as wide as can be seen, and inside. */
const seen = (from: number, to: number): [x: number, width: number] => {
  const width = Math.max(LEAST, to - from);
  return [Math.min(from, WIDTH - width), width];
};

/** What is too narrow to be seen beside the one before. */
const isHidden = (last: StripSpan, from: number, to: number): boolean =>
  to - from < LEAST && from < last.x + last.width;

/** Terms of a window as spans of a strip of 1,000; sampled as it is drawn. `isCut`: older ones are left out. */
export function stripOf(
  tenures: Tenures,
  from: number,
  to: number,
  isCut = false,
): { spans: StripSpan[]; words: string } {
  const x = (ms: number): number =>
    Math.round(((Math.min(Math.max(ms, from), to) - from) / (to - from)) * WIDTH);
  const spans: StripSpan[] = [];
  const gaps: StripSpan[] = [];
  let gapMs = 0;
  let count = 0;
  const lead = (runner: string, start: number, end: number): void => {
    count++;
    const [left, width] = seen(x(start), x(end));
    const last = spans.at(-1);
    if (!last || !isHidden(last, left, x(end)))
      spans.push({ x: left, width, kind: 'led', tint: tintOf(runner) });
  };
  for (const [n, tenure] of tenures.entries()) {
    const over = tenure.to === null ? to : Date.parse(tenure.to);
    if (over > from) lead(tenure.runner, Date.parse(tenure.from), over);
    if (tenure.to === null) continue;
    const end = Math.max(over, from); // one that ended before may still be the last
    const until = vacantUntil(tenure, tenures[n + 1], to);
    if (until <= end) continue;
    const kind = tenure.vacancyWhy === 'paused' ? 'held' : 'gap';
    if (kind === 'gap') gapMs += until - end;
    const [after, wide] = seen(x(end), x(until));
    const lastGap = gaps.at(-1);
    if (!lastGap || !isHidden(lastGap, after, x(until))) gaps.push({ x: after, width: wide, kind, tint: 0 });
  }
  const nobody = gapMs > 0 ? `nobody for ${duration(gapMs)}` : 'never without a leader once there was one';
  const terms = `${counted(count, 'term')}${isCut ? ' or more' : ''}`;
  const words = `the last 24 h: ${terms}, ${nobody}`;
  return { spans: [...spans, ...gaps], words };
}

/** Since when nobody leads, as far as the terms tell. */
export const leaderlessSince = (tenures: Tenures): string | null => tenures.at(-1)?.to ?? null;
