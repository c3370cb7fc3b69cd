/** Why a command was refused. A closed list; the HTTP edge maps codes to statuses. */
export type RejectionCode =
  | 'group-unknown'
  | 'runner-unknown'
  | 'settings-invalid'
  | 'invalid-request'
  | 'term-stale'
  | 'version-conflict'
  | 'incarnation-superseded'
  | 'secret-wrong'
  | 'runner-ineligible'
  | 'no-eligible-runner'
  | 'elections-paused'
  | 'handover-running'
  | 'order-unknown'
  | 'second-person-needed'
  | 'history-sealed'
  | 'group-in-use'
  | 'group-deleted';

/** `detail`: what is wrong, about which runner or term, and what to do. */
export interface Rejection {
  code: RejectionCode;
  detail: string;
}

/** Thrown inside `decide` only, to leave a nested decision; never crosses its border. */
export class Refusal extends Error {
  constructor(readonly rejection: Rejection) {
    super(rejection.detail);
  }
}

export function refuse(code: RejectionCode, detail: string): never {
  throw new Refusal({ code, detail });
}
