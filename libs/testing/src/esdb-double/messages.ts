import { Metadata, status, type ServiceError } from '@grpc/grpc-js';
import shared from '@eventstore/db-client/generated/shared_pb.js';
import streams from '@eventstore/db-client/generated/streams_pb.js';
import type { Recorded } from './double-log.js';

const TICKS_PER_MS = 10_000n;

export const empty = () => new shared.Empty();
export const nameOf = (identifier: InstanceType<typeof shared.StreamIdentifier> | undefined): string =>
  Buffer.from(identifier!.getStreamName_asU8()).toString('utf8');
export const identifierOf = (stream: string) =>
  new shared.StreamIdentifier().setStreamName(Buffer.from(stream));

export function eventResponse(event: Recorded) {
  const position = String(event.position);
  const recorded = new streams.ReadResp.ReadEvent.RecordedEvent()
    .setId(new shared.UUID().setString(event.id))
    .setStreamIdentifier(identifierOf(event.stream))
    .setStreamRevision(String(event.revision))
    .setCommitPosition(position)
    .setPreparePosition(position)
    .setData(event.data)
    .setCustomMetadata(event.meta);
  recorded
    .getMetadataMap()
    .set('type', event.type)
    .set('content-type', event.contentType)
    .set('created', String(BigInt(event.createdMs) * TICKS_PER_MS));
  return new streams.ReadResp().setEvent(
    new streams.ReadResp.ReadEvent().setEvent(recorded).setCommitPosition(position),
  );
}

export const notFoundResponse = (stream: string) =>
  new streams.ReadResp().setStreamNotFound(
    new streams.ReadResp.StreamNotFound().setStreamIdentifier(identifierOf(stream)),
  );
export const confirmation = () =>
  new streams.ReadResp().setConfirmation(
    new streams.ReadResp.SubscriptionConfirmation().setSubscriptionId(crypto.randomUUID()),
  );
export const caughtUp = () => new streams.ReadResp().setCaughtUp(new streams.ReadResp.CaughtUp());
export const checkpoint = (position: bigint, prepare = position) =>
  new streams.ReadResp().setCheckpoint(
    new streams.ReadResp.Checkpoint().setCommitPosition(String(position)).setPreparePosition(String(prepare)),
  );

export function appendedResponse(revision: bigint, position: bigint) {
  const at = new streams.AppendResp.Position()
    .setCommitPosition(String(position))
    .setPreparePosition(String(position));
  return new streams.AppendResp().setSuccess(
    new streams.AppendResp.Success().setCurrentRevision(String(revision)).setPosition(at),
  );
}

export function wrongVersionResponse(current: bigint) {
  const wrong = new streams.AppendResp.WrongExpectedVersion();
  if (current < 0n) wrong.setCurrentNoStream(empty());
  else wrong.setCurrentRevision(String(current));
  return new streams.AppendResp().setWrongExpectedVersion(wrong);
}

/** A status with the trailers by which the client knows what it means (facts 7.4). */
function refusal(code: status, details: string, trailers: Record<string, string> = {}): ServiceError {
  const metadata = new Metadata();
  for (const [key, value] of Object.entries(trailers)) metadata.set(key, value);
  return Object.assign(new Error(details), { code, details, metadata });
}

export const unavailable = () => refusal(status.UNAVAILABLE, 'Server Is Not Ready');
export const timedOut = () => refusal(status.ABORTED, 'Operation timed out');
export const notReady = unavailable;
/** Of a live subscription whose buffer is full (facts 4). */
export const tooSlow = () =>
  refusal(
    status.ABORTED,
    'Operation timed out: Consumer too slow to handle event while live. Client resubscription required.',
  );
/** What an open subscription is told 5 s after a node was asked to stop (facts 1.3). */
export const stopped = () => refusal(status.INTERNAL, 'Received RST_STREAM with code 0');
/** Of an append whose leader has lost the others (facts 12). */
export const notCommitted = () => refusal(status.ABORTED, 'Operation timed out: Commit phase timeout');
export const canceled = () => refusal(status.CANCELLED, 'Request canceled by server');
export const accessDenied = () =>
  refusal(status.PERMISSION_DENIED, 'Access Denied', { exception: 'access-denied' });
export const broken = (error: unknown) => refusal(status.INTERNAL, `the double failed: ${String(error)}`);
export const invalid = (what: string) => refusal(status.INVALID_ARGUMENT, what);
export const notLeader = (host: string, port: number) =>
  refusal(status.NOT_FOUND, 'Not leader', {
    exception: 'not-leader',
    'leader-endpoint-host': host,
    'leader-endpoint-port': String(port),
  });
export const streamDeleted = (stream: string) =>
  refusal(status.FAILED_PRECONDITION, `Event stream '${stream}' is deleted.`, {
    exception: 'stream-deleted',
    'stream-name': stream,
  });
export const tooLarge = (limit: number) =>
  refusal(status.INVALID_ARGUMENT, 'Maximum Append Size Exceeded', {
    exception: 'maximum-append-size-exceeded',
    'maximum-append-size': String(limit),
  });
