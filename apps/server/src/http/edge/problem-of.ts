import { HttpException } from '@nestjs/common';
import { AccessRefused } from '@conclave/access';
import { AuditRefused } from '@conclave/audit';
import { CommandRefused } from '@conclave/coordination';
import { UnreadableEvent, type GroupState } from '@conclave/election';
import { StoreError, TornAppend, type StoreErrorCode } from '@conclave/event-store';
import { BeatRefused } from '@conclave/presence';
import { leaderBody } from '@conclave/views';
import type { Node } from '@conclave/node';
import type { ProblemReply } from '@conclave/contract';
import { PROBLEMS, type ProblemCode } from '@conclave/contract';
import { ApiProblem, problemType } from './api-problem.js';

export type Problem = ProblemReply & { code: ProblemCode };

const OF_STORE: Record<StoreErrorCode, ProblemCode> = {
  'store-unavailable': 'store-unavailable',
  'store-full': 'store-full',
  'version-conflict': 'contended',
  'append-too-large': 'payload-too-large',
  'stream-deleted': 'store-unavailable',
  'store-unusable': 'store-unavailable',
};

/** What is true now helps only where the refusal rests on it (docs/http.md). */
const WITH_CURRENT = new Set([409, 412]);

/** An error as RFC 9457 problem. What no family of errors claims is a defect: `internal`. */
export function problemOf(error: unknown, correlationId: string, node: Node): Problem {
  const [code, detail] = classify(error);
  const { status, title } = PROBLEMS[code];
  const problem: Problem = { type: problemType(code), title, status, detail, code, instance: correlationId };
  if (error instanceof ApiProblem && error.errors) problem.errors = error.errors;
  if (error instanceof AuditRefused && error.path)
    problem.errors = [{ path: error.path, message: error.message.replace(`${error.path}: `, '') }];
  const state = (error as { state?: GroupState }).state;
  if (state && state.version > 0 && WITH_CURRENT.has(status)) {
    problem.current = leaderBody(state, node.head(state.id)?.position ?? '0', node.time.now(state.id));
  }
  return problem;
}

function classify(error: unknown): [ProblemCode, string] {
  if (
    error instanceof ApiProblem ||
    error instanceof AccessRefused ||
    error instanceof CommandRefused ||
    error instanceof BeatRefused ||
    error instanceof AuditRefused
  )
    return [error.code, error.message];
  if (error instanceof StoreError) return [OF_STORE[error.code], error.message];
  if (error instanceof UnreadableEvent || error instanceof TornAppend)
    return ['group-unreadable', `${error.message}.`];
  const { message } = error as Error;
  if (isOfProgram(error)) return ['not-ready', REPLACED];
  const status =
    error instanceof HttpException
      ? error.getStatus()
      : ((error as { statusCode?: number }).statusCode ?? 500);
  if (status === 413)
    return [
      'payload-too-large',
      'the body is larger than 64 KiB (of one beat 6 KiB, of many 512 KiB). Send less.',
    ];
  if (status === 415) return ['media-type-unsupported', 'the body must be application/json.'];
  if (status < 500) return ['invalid-request', `${message}.`];
  return ['internal', 'an unexpected error; the server log has it under this instance id.'];
}

const REPLACED =
  'the program of this server was replaced, or is being built, while it runs, and a part of it that this needs is gone. Restart it.';

/** A part of it that is read when it is first asked for is not there: with the code that it is of it went. */
function isOfProgram(error: unknown): boolean {
  const { code, path = '' } = error as NodeJS.ErrnoException;
  return code === 'ERR_MODULE_NOT_FOUND' || (code === 'ENOENT' && path.endsWith('openapi.json'));
}
