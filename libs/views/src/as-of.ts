import type { GroupState, Iso, RecordedEvent } from '@conclave/election';
import type { GroupReply, RunnerReply } from '@conclave/contract';
import { groupBody, runnerBody } from './bodies.js';

/**
 * A whole group as it stood at an instant, and the event that had last opened or closed a term
 * (docs/auditing.md).
 */
export interface AsOf {
  at: Iso;
  version: number;
  group: GroupReply;
  runners: RunnerReply[];
  decidedBy: RecordedEvent | null;
}

export function asOfBody(
  { state, position, decidedBy }: { state: GroupState; position: string; decidedBy: RecordedEvent | null },
  at: Iso,
): AsOf {
  return {
    at,
    version: state.version,
    group: groupBody({ state, position }, at),
    runners: [...state.runners.values()].map((runner) => runnerBody(state, runner, null)),
    decidedBy,
  };
}
