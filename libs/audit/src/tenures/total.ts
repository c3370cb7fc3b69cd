import type { Iso } from '@conclave/election';
import { perDay, shareOf, type Availability, type Durations } from './availability.js';

const SUMS = [
  'terms',
  'changes',
  'ledMs',
  'handoverMs',
  'leaderlessMs',
  'beforeFirstMs',
  'openVacancies',
] as const;

/** Several groups as one: sums, and means weighted by how often there was something to measure. One after the other: there may be very many. */
export class Total {
  private readonly sums = Object.fromEntries(SUMS.map((name) => [name, 0])) as Pick<
    Availability,
    (typeof SUMS)[number]
  >;
  private readonly leaderlessByCause: Availability['leaderlessByCause'] = {};
  private readonly leaderlessByWhy: Availability['leaderlessByWhy'] = {};
  private readonly recovery = new TotalOfDurations();
  private readonly handover = new TotalOfDurations();

  add(part: Availability): void {
    for (const name of SUMS) this.sums[name] += part[name];
    addAll(this.leaderlessByCause, part.leaderlessByCause);
    addAll(this.leaderlessByWhy, part.leaderlessByWhy);
    this.recovery.add(part.recovery);
    this.handover.add(part.handover);
  }

  /** Over a window, in which all of them lie. */
  of(from: Iso, to: Iso): Availability {
    const { ledMs, handoverMs, leaderlessMs } = this.sums;
    return {
      from,
      to,
      ...this.sums,
      changesPerDay: perDay(this.sums.changes, from, to),
      leaderlessByCause: { ...this.leaderlessByCause },
      leaderlessByWhy: { ...this.leaderlessByWhy },
      ledShare: shareOf(ledMs + handoverMs, leaderlessMs),
      recovery: this.recovery.all,
      handover: this.handover.all,
    };
  }
}

function addAll<K extends string>(to: Partial<Record<K, number>>, part: Partial<Record<K, number>>): void {
  for (const [key, ms] of Object.entries(part) as [K, number][]) to[key] = (to[key] ?? 0) + ms;
}

class TotalOfDurations {
  private count = 0;
  private sumMs = 0;
  private maxMs = 0;

  add({ count, meanMs, maxMs }: Durations): void {
    this.count += count;
    this.sumMs += count * (meanMs ?? 0);
    this.maxMs = Math.max(this.maxMs, maxMs ?? 0);
  }

  get all(): Durations {
    const { count, sumMs, maxMs } = this;
    return count === 0
      ? { count, meanMs: null, maxMs: null }
      : { count, meanMs: Math.round(sumMs / count), maxMs };
  }
}
