import type { GroupState, Id, Iso, RejectionCode, SealedMark } from '@conclave/election';

export type AuditProblem =
  | 'group-unknown'
  | 'runner-unknown'
  | 'term-unknown'
  | 'nothing-recorded'
  | 'invalid-request'
  | 'history-sealed'
  | RejectionCode;

/**
 * A question that the record does not answer. `path`: the part of the question that is wrong, as a JSON
 * pointer.
 */
export class AuditRefused extends Error {
  constructor(
    readonly code: AuditProblem,
    detail: string,
    readonly path?: string,
  ) {
    super(detail);
    this.name = 'AuditRefused'; // known by it where the class itself is not loaded
  }
}

/** From when on a group is known to somebody who does not have what is sealed. */
export const firstKnown = ({ createdAt }: GroupState, sealed: SealedMark | null): Iso =>
  sealed?.until ?? createdAt!;

/** Throws {@link AuditRefused} if the question is about what is sealed. */
export function checkOpen(
  group: Id,
  sealed: SealedMark | null,
  isAbout: (sealed: SealedMark) => boolean,
): void {
  if (!sealed || !isAbout(sealed)) return;
  const { upTo, until, term, digest } = sealed;
  throw new AuditRefused(
    'history-sealed',
    `the history of group "${group}" is sealed up to version ${upTo} (${until}, term ${term}): its archive has the digest ${digest}.`,
  );
}
