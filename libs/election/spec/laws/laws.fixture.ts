import fc from 'fast-check';
import {
  decide,
  evolve,
  initialState,
  type ElectionCommand,
  type ElectionEvent,
  type GroupState,
} from '@conclave/election';
import { anyStory, atPlus, COMMAND, pastOf } from '@conclave/testing';

interface Moment {
  command: ElectionCommand;
  at: string;
  before: GroupState;
  events: ElectionEvent[];
  after: GroupState;
}
export const applied = (state: GroupState, event: ElectionEvent, at: string) =>
  evolve(state, { ...event, meta: { at, actor: 'x', reason: null, commandId: COMMAND } });

/** Half of those who delete a group have its whole history. */
const aimed = (command: ElectionCommand, { version }: GroupState): ElectionCommand =>
  command.type === 'DeleteGroup' && command.upTo % 2 === 0 ? { ...command, upTo: version } : command;

export function played(steps: { command: ElectionCommand; waitMs: number }[]): Moment[] {
  let state = initialState('g');
  let ms = 0;
  return steps.map((step) => {
    ms += step.waitMs;
    const at = atPlus(ms);
    const command = aimed(step.command, state);
    const past = command.type === 'DeleteGroup' && state.version > 0 ? pastOf(state) : undefined;
    // who goes away says so itself
    const actor = command.type === 'ResignLeadership' ? `runner:${command.runner}` : 'x';
    const decision = decide(command, state, { at, actor, reason: null, commandId: COMMAND, past });
    const events = 'events' in decision ? decision.events : [];
    const before = state;
    state = events.reduce((s, event) => applied(s, event, at), state);
    return { command, at, before, events, after: state };
  });
}
/** Checks what is said of every story; fast-check makes the smallest one that breaks it. */
export const holds = (check: (moments: Moment[]) => void) =>
  fc.assert(
    fc.property(anyStory, (steps) => check(played(steps))),
    { numRuns: 400 },
  );
