import type { GroupState, Rejection } from '@conclave/election';

export type CommandErrorCode = Rejection['code'] | 'idempotency-key-reused' | 'contended' | 'overloaded';

/**
 * A command that was not carried out; nothing was written. `state`: what is true now, for the client to
 * decide again.
 */
export class CommandRefused extends Error {
  constructor(
    readonly code: CommandErrorCode,
    detail: string,
    readonly state: GroupState,
  ) {
    super(detail);
    this.name = 'CommandRefused';
  }
}

export const overloaded = (state: GroupState, waiting: number): CommandRefused =>
  new CommandRefused(
    'overloaded',
    `${waiting} commands on group "${state.id}" wait for the store. Send it again, later.`,
    state,
  );

export const contended = (state: GroupState, attempts: number): CommandRefused =>
  new CommandRefused(
    'contended',
    `group "${state.id}" changed ${attempts} times while the command was decided. Send it again.`,
    state,
  );
