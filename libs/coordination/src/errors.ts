import type { GroupState, Rejection } from '@conclave/election';

export type CommandErrorCode = Rejection['code'] | 'idempotency-key-reused' | 'contended';

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
