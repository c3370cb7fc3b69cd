import {
  ErrorType,
  MaxAppendSizeExceededError,
  StreamDeletedError,
  WrongExpectedVersionError,
} from '@eventstore/db-client';
import {
  StoreError,
  StoreUnavailable,
  StoreUnusable,
  SubscriptionDropped,
  VersionConflict,
  type DropReason,
} from '@conclave/event-store';
import { denied, UNAUTHENTICATED } from './denied.js';
import { isTlsFault, tlsFaultOf } from './tls-faults.js';

/** No answer in our own time: as unknown as a deadline of the client's. */
export class NoAnswer extends Error {
  readonly type = ErrorType.DEADLINE_EXCEEDED;
}

/** No node of the cluster says what is needed; an election may be running. Its cause has what each of them said. */
export class Unreachable extends Error {}

/** Which node of a cluster said so, for messages: somebody has to look at it. Of several the first that was named. */
export const saidBy = (node: string, error: unknown): Error & { node: string } =>
  Object.assign(error as Error, { node, ...(error as object) });

/** What was asked, for messages; `expectedVersion` of an append. */
export interface Asked {
  what: string;
  stream: string;
  expectedVersion?: number;
}

const CANCELLED = 1;
const PERMISSION_DENIED = 7;
const RESOURCE_EXHAUSTED = 8;
/** gRPC's words for HTTP/2's ENHANCE_YOUR_CALM: too many calls were given up at once. It passes. */
const CALM = /Bandwidth exhausted/;
const ABORTED = 10;
const INTERNAL = 13;
const UNAVAILABLE = 14;
/** Perhaps done, perhaps not (facts 1.6); not-leader is here because the next attempt goes to the leader. */
const REPEATABLE: ReadonlySet<unknown> = new Set([
  ErrorType.TIMEOUT,
  ErrorType.DEADLINE_EXCEEDED,
  ErrorType.UNAVAILABLE,
  ErrorType.CANCELLED,
  ErrorType.UNKNOWN,
  ErrorType.NOT_LEADER,
]);

/** gRPC adds the name resolution's note also when there is none; messages end without a full stop. */
const NOTE = /\.?\s*Resolution note:\s*/g;
const plain = (message: string): string =>
  message.replaceAll(/\s+/g, ' ').replaceAll(NOTE, '').trim().replace(/\.$/, '');

interface Seen {
  type?: unknown;
  code?: unknown;
  message: string;
  trailer: string | undefined;
}

function seen(error: unknown): Seen {
  const {
    type,
    code,
    _raw,
    message = String(error),
  } = error as {
    type?: unknown;
    code?: unknown;
    message?: string;
    _raw?: { metadata?: { getMap(): Record<string, unknown> } };
  };
  return { type, code, message: plain(message), trailer: _raw?.metadata?.getMap().exception?.toString() };
}

/**
 * True if asking again, with the same ids and the same explicit revision, is right. Failed discovery and some
 * lost connections come as errors without a type of the client's (facts 0.6).
 */
export function isRepeatable(error: unknown): boolean {
  if (error instanceof StoreError || isTooLarge(error)) return false;
  if (error instanceof Unreachable) return mistakeIn(error) === null;
  const { type, code, message } = seen(error);
  if (code === PERMISSION_DENIED || isTlsFault(message)) return false;
  return type === undefined || REPEATABLE.has(type);
}

/**
 * True if the next call should have a connection of its own: this one is broken, or leads to nobody who
 * answers.
 */
export function isConnectionFault(error: unknown): boolean {
  if (error instanceof StoreError || isTooLarge(error)) return false;
  const { type, code, message } = seen(error);
  return (
    CALM.test(message) ||
    type === ErrorType.UNAVAILABLE ||
    type === ErrorType.CANCELLED ||
    type === ErrorType.DEADLINE_EXCEEDED ||
    code === UNAVAILABLE
  );
}

/**
 * By gRPC code, what breaks a subscription that worked (facts 1.3, 4): all of these are resumed, none is an
 * outage.
 */
const DROPS: Readonly<Record<number, DropReason>> = {
  [ABORTED]: 'slow-consumer',
  [INTERNAL]: 'node-stopped',
  [CANCELLED]: 'node-stopped',
  [UNAVAILABLE]: 'connection-lost',
};

/** The port's word for the end of a subscription that had been confirmed. */
export function dropOf(error: Error): StoreError {
  const { type, code } = seen(error);
  const reason = type === ErrorType.NOT_LEADER ? 'moved' : DROPS[Number(code)];
  if (reason === undefined) return storeErrorOf(error, { what: 'following', stream: '$all' });
  return new SubscriptionDropped(reason, `EventStoreDB dropped the subscription: ${error.message}`, {
    cause: error,
  });
}

/** Also one event over its own limit, or a message over gRPC's at the server, which this client does not know. */
function isTooLarge(error: unknown): boolean {
  const { code, trailer, message } = seen(error);
  return (
    error instanceof MaxAppendSizeExceededError ||
    (code === RESOURCE_EXHAUSTED && !CALM.test(message)) ||
    trailer === 'maximum-append-event-size-exceeded'
  );
}

const NOT_LEADER =
  'this node is not the leader of its cluster; an election may be running. If that lasts, name all nodes in CONCLAVE_STORE';

/** The port's word for a driver's error. */
export function storeErrorOf(error: unknown, { what, stream, expectedVersion }: Asked): StoreError {
  if (error instanceof StoreError) return error;
  const { type, code, message } = seen(error);
  if (error instanceof WrongExpectedVersionError) {
    const { actualVersion } = error;
    return new VersionConflict(
      stream,
      expectedVersion ?? 0,
      typeof actualVersion === 'bigint' ? Number(actualVersion) + 1 : 0,
    );
  }
  if (error instanceof Unreachable)
    return (
      mistakeIn(error) ?? new StoreUnavailable(`${what} "${stream}" failed: ${message}`, { cause: error })
    );
  if (isTooLarge(error)) {
    const limit = error instanceof MaxAppendSizeExceededError ? ` of ${error.maxAppendSize} bytes` : '';
    return new StoreError(
      'append-too-large',
      `the append to "${stream}" is over the server's limit${limit}; nothing was written. ` +
        'Write less at once, or raise MaxAppendSize of the server.',
      { cause: error },
    );
  }
  if (error instanceof StreamDeletedError) return deleted(stream, error);
  if (type === ErrorType.ACCESS_DENIED || code === PERMISSION_DENIED || code === UNAUTHENTICATED)
    return denied(code, { what, stream }, error);
  const { node } = error as { node?: string };
  const why = type === ErrorType.NOT_LEADER ? NOT_LEADER : message || String(type);
  const said = `${node ? `${node}: ` : ''}${why}`;
  const tlsFault = tlsFaultOf(said, error);
  if (tlsFault) return tlsFault;
  return new StoreUnavailable(`${what} "${stream}" failed: ${said}`, { cause: error });
}

export const deleted = (stream: string, cause?: unknown): StoreError =>
  new StoreError(
    'stream-deleted',
    `stream "${stream}" was deleted in EventStoreDB by hand; its history and its versions are gone. Conclave never deletes streams: ` +
      'restore the database, or use another group name.',
    { cause },
  );

/**
 * What all nodes that answered say is wrong with how they were asked; null: one says otherwise, or none answered. One whose
 * certificate is bad, or that is of another cluster, is no mistake of who asks.
 */
export function mistakeIn({ cause }: Error): StoreUnusable | null {
  const { errors = [] } = (cause ?? {}) as { errors?: unknown[] };
  const said = errors
    .map((error) => ({ error, means: storeErrorOf(error, { what: 'asking', stream: 'the cluster' }) }))
    .filter(({ error, means }) => means instanceof StoreUnusable || !isConnectionFault(error))
    .map(({ means }) => means);
  return said.every((means) => means instanceof StoreUnusable) ? (said[0] ?? null) : null;
}
