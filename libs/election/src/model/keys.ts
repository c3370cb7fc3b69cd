import type { Id } from './vocabulary.js';

/** One process of a runner. */
export interface ProcessId {
  readonly group: Id;
  readonly runner: Id;
  readonly incarnation: string;
}

declare const kind: unique symbol;
/** A runner, as the key of a map; neither group nor runner has a slash in its name. */
export type RunnerKey = string & { readonly [kind]: 'runner' };
/** A process of a runner, as the key of a map. */
export type ProcessKey = string & { readonly [kind]: 'process' };

export const runnerKey = (group: Id, runner: Id): RunnerKey => `${group}/${runner}` as RunnerKey;
export const processKey = ({ group, runner, incarnation }: ProcessId): ProcessKey =>
  `${group}/${runner}/${incarnation}` as ProcessKey;
