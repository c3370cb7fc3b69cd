import type { Tenure } from '@conclave/election';

/** One change of leadership. */
export interface Turn {
  ms: number;
  what: string;
  /** An end for which the leader had to hear first that it has to stop; and so what follows at once. */
  isHandover: boolean;
}

/** Who led from when to when, and how it ended, turn after turn. `startMs`: where its world began. */
export function turnsOf(tenures: readonly Tenure[], startMs: number): Turn[] {
  const turns: Turn[] = [];
  const add = (at: string, what: string, isHandover = false): void =>
    void turns.push({ ms: Date.parse(at) - startMs, what, isHandover });
  for (const { term, runner, from, to, endCause, vacancyWhy, handoverFrom } of tenures) {
    const before = turns.at(-1);
    add(from, `${runner} leads term ${term}`, before?.isHandover && Date.parse(from) - startMs === before.ms);
    if (handoverFrom !== null) add(handoverFrom, `${runner} has to stop`);
    const then = vacancyWhy === null ? '' : `, nobody follows (${vacancyWhy})`;
    if (to !== null) add(to, `term ${term} of ${runner} ends: ${endCause}${then}`, handoverFrom !== null);
  }
  return turns;
}
