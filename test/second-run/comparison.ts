import type { WhatIf } from '@conclave/audit';
import { boundOf } from './bound.js';
import { horizonsOf, type Horizon } from './horizon.js';
import type { Told } from './told.js';
import { turnsOf, type Turn } from './turns.js';
import type { World } from './worlds.js';

export interface Comparison {
  /** Turns that were compared. */
  compared: number;
  /** The furthest that the two instants of a turn were apart, and as a share of the bound. */
  apartMs: number;
  share: number;
  /** The first thing that is otherwise, in words; null: nothing. */
  problem: string | null;
  /** From where on the record cannot tell; null: all of it was compared. */
  horizon: Horizon | null;
}

/** What was foretold from the first run, beside what the second one did: up to where the record can tell. */
export function compare(world: World, a: Told, b: Told, answer: WhatIf): Comparison {
  const horizon = horizonsOf(world, a, b)
    .filter(({ limit }) => limit === null || answer.limits.some((text) => limit.test(text)))
    .reduce<Horizon | null>((first, each) => (first && first.ms <= each.ms ? first : each), null);
  const bound = boundOf(world);
  const untilMs = (horizon?.ms ?? world.endMs) - bound.handoverMs;
  const foretold = turnsOf(answer.other.tenures, a.startMs);
  const happened = turnsOf(b.tenures, b.startMs);
  const comparison: Comparison = { compared: 0, apartMs: 0, share: 0, problem: null, horizon };
  for (let n = 0; ; n++, comparison.compared++) {
    const [told, real] = [foretold[n], happened[n]];
    if (Math.min(told?.ms ?? Infinity, real?.ms ?? Infinity) >= untilMs) return comparison;
    const apartMs = Math.abs((told?.ms ?? Infinity) - (real?.ms ?? Infinity));
    const mostMs = told?.isHandover ? bound.handoverMs : bound.ms;
    if (told?.what !== real?.what || apartMs > mostMs) {
      const problem = `foretold: ${inWords(told)}; happened: ${inWords(real)}; bound ${mostMs} ms`;
      return { ...comparison, problem };
    }
    comparison.apartMs = Math.max(comparison.apartMs, apartMs);
    comparison.share = Math.max(comparison.share, apartMs / mostMs);
  }
}

const inWords = (turn: Turn | undefined): string =>
  turn ? `${turn.what} at ${turn.ms} ms` : 'nothing any more';
