import type { Id } from './vocabulary.js';

/** One process of a runner. */
export interface ProcessId {
  readonly group: Id;
  readonly runner: Id;
  readonly incarnation: string;
}

declare const kind: unique symbol;
/** A process of a runner, as the key of a map; neither group nor runner has a slash in its name. */
export type ProcessKey = string & { readonly [kind]: 'process' };

export const processKey = ({ group, runner, incarnation }: ProcessId): ProcessKey =>
  `${group}/${runner}/${incarnation}` as ProcessKey;
