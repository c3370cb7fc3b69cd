import fc from 'fast-check';
import {
  decide,
  evolve,
  initialState,
  type ElectionCommand,
  type ElectionEvent,
  type GroupState,
  type Occurrence,
} from '@conclave/election';
import { anyStory, atPlus } from '@conclave/testing';

interface Moment {
  command: ElectionCommand;
  at: string;
  before: GroupState;
  events: ElectionEvent[];
  after: GroupState;
}
export const applied = (state: GroupState, event: ElectionEvent, at: string) =>
  evolve(state, { ...event, meta: { at, actor: 'x', reason: null, commandId: 'test' } } as Occurrence);

export function played(steps: { command: ElectionCommand; waitMs: number }[]): Moment[] {
  let state = initialState('g');
  let ms = 0;
  return steps.map((step) => {
    ms += step.waitMs;
    const at = atPlus(ms);
    const decision = decide(step.command, state, { at, actor: 'x', reason: null, commandId: 'test' });
    const events = 'events' in decision ? decision.events : [];
    const before = state;
    state = events.reduce((s, event) => applied(s, event, at), state);
    return { command: step.command, at, before, events, after: state };
  });
}
/** Checks what is said of every story; fast-check makes the smallest one that breaks it. */
export const holds = (check: (moments: Moment[]) => void) =>
  fc.assert(
    fc.property(anyStory, (steps) => check(played(steps))),
    { numRuns: 1500 },
  );
