import { Histogram, type Metric } from 'prom-client';
import { groupOf, PRESENCE_STREAM } from '@conclave/election';
import type { Counts } from './counts.js';

const kindOf = (stream: string): string =>
  groupOf(stream) !== null ? 'group' : stream === PRESENCE_STREAM ? 'presence' : 'other';

/** How long the store takes to make a write durable, and how much is in one. */
export class WriteMetrics {
  private readonly seconds = new Histogram({
    name: 'conclave_append_seconds',
    help: 'Time until the store has made an append durable, by what it is of: group, presence, other',
    labelNames: ['of'],
    buckets: [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5],
    registers: [],
  });
  private readonly events = new Histogram({
    name: 'conclave_append_events',
    help: 'Events of one decision, in one append',
    buckets: [1, 2, 3, 5, 10, 100, 1_000],
    registers: [],
  });
  readonly all: readonly Metric[] = [this.seconds, this.events];

  constructor(private readonly counts: Counts) {}

  note = (stream: string, tookMs: number, events: number): void => {
    const of = kindOf(stream);
    this.counts.writes++;
    this.seconds.observe({ of }, tookMs / 1_000);
    if (of === 'group') this.events.observe(events);
  };
}
