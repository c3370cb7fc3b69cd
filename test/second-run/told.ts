import { addToTenures, appendsOf, initialState, type Append, type Tenure } from '@conclave/election';
import type { Run } from './runs.js';

/** A run as an auditor reads it. */
export interface Told extends Run {
  tenures: Tenure[];
  appends: Append[];
}

export async function told(run: Run): Promise<Told> {
  const tenures: Tenure[] = [];
  const appends: Append[] = [];
  for await (const append of appendsOf(run.history, initialState('g'))) {
    addToTenures(tenures, append);
    appends.push(append);
  }
  return { ...run, tenures, appends };
}

/** When, counted from the beginning of the world. */
export const msIn = ({ startMs }: Run, at: string): number => Date.parse(at) - startMs;

export const leaderAt = (run: Told, ms: number): string | null =>
  run.tenures.find((t) => msIn(run, t.from) <= ms && (t.to === null || msIn(run, t.to) > ms))?.runner ?? null;
