import type { FiguresReply } from '@conclave/contract';

export type Minute = FiguresReply['minutes'][number];
/** What only rises, and what is as it is now. */
export interface Sample {
  at: string;
  totals: Record<Rising, number>;
  now: Pick<Minute, 'loopDelayP99Ms' | 'heapBytes' | 'deafMs' | 'leaderless' | 'streams'>;
}
const RISING = ['beats', 'requests', 'refused', 'decisions', 'writes'] as const;
type Rising = (typeof RISING)[number];

const MINUTES = 60;

/** The figures of the last hour, a row a minute, the oldest first. */
export class LastHour {
  private before: Sample | null = null;
  private rows: Minute[] = [];

  /** Call once a minute. The first one says only from where to count. */
  take(sample: Sample): void {
    const { before } = this;
    this.before = sample;
    if (!before) return;
    const risen = Object.fromEntries(RISING.map((name) => [name, sample.totals[name] - before.totals[name]]));
    this.rows = [...this.rows, { at: sample.at, ...(risen as Record<Rising, number>), ...sample.now }].slice(
      -MINUTES,
    );
  }

  get minutes(): Minute[] {
    return this.rows;
  }
}
