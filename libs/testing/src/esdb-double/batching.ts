import { status, type ServerDuplexStream, type ServiceError } from '@grpc/grpc-js';
import protobufAny from 'google-protobuf/google/protobuf/any_pb.js';
import protobufEmpty from 'google-protobuf/google/protobuf/empty_pb.js';
import shared from '@eventstore/db-client/generated/shared_pb.js';
import statuses from '@eventstore/db-client/generated/status_pb.js';
import streams from '@eventstore/db-client/generated/streams_pb.js';
import type { BatchAppendReq, BatchAppendResp } from '@eventstore/db-client/generated/streams_pb.js';
import { identifierOf, nameOf } from './messages.js';
import { answerOf, proposedOf, type Answer, type Append, type Writing } from './writing.js';

export type BatchCall = ServerDuplexStream<BatchAppendReq, BatchAppendResp>;
type Status = InstanceType<typeof statuses.Status>;

/**
 * When an append that was not written is told of its timeout, even if it had been refused before (facts 2.6).
 */
const WRITE_TIMEOUT_MS = 2_000;

/**
 * `Streams/BatchAppend`: many appends in one call, each in parts, each answered by its correlation id (facts
 * 2.6, 7.3).
 */
export function batchAppend(call: BatchCall, writing: Writing): void {
  const begun = new Map<string, Append>();
  const timers: NodeJS.Timeout[] = [];
  const tell = (request: BatchAppendReq, stream: string, set: (response: BatchAppendResp) => void): void => {
    const response = new streams.BatchAppendResp()
      .setCorrelationId(request.getCorrelationId())
      .setStreamIdentifier(identifierOf(stream));
    set(response);
    if (!call.cancelled && !call.destroyed) call.write(response);
  };
  call.on('error', () => undefined).on('close', () => timers.forEach(clearTimeout));
  call.on('data', (request: BatchAppendReq) => {
    const id = request.getCorrelationId()!.getString();
    const { append, problem } = gather(begun, id, request);
    if (!append) return;
    if (request.hasOptions()) {
      const late = (): void => {
        if (begun.delete(id))
          tell(request, append.stream, (response) => response.setError(failure('Timeout')));
      };
      timers.push(setTimeout(late, WRITE_TIMEOUT_MS));
    }
    if (problem)
      return tell(request, append.stream, (response) => response.setError(failure('BadRequest', problem)));
    if (!request.getIsFinal()) return;
    begun.delete(id);
    void answerOf(append, call.metadata, writing).then((answer) => {
      if (answer === 'silent') return;
      if (isForTheWholeCall(answer)) return call.emit('error', answer);
      tell(request, append.stream, (response) => fill(response, answer));
    });
  });
  call.on('end', () => call.end());
}

/**
 * The append so far. What is wrong with an event leaves it begun, to be told of its timeout as well: a defect
 * of the server's.
 */
function gather(
  begun: Map<string, Append>,
  id: string,
  request: BatchAppendReq,
): { append: Append | undefined; problem: string | null } {
  const options = request.getOptions();
  if (options && !begun.has(id)) {
    const expected = options.hasAny()
      ? 'any'
      : options.hasNoStream()
        ? 'no_stream'
        : options.hasStreamExists()
          ? 'stream_exists'
          : BigInt(options.getStreamPosition());
    begun.set(id, { stream: nameOf(options.getStreamIdentifier()), expected, events: [] });
  }
  const append = begun.get(id);
  const events = request.getProposedMessagesList().map(proposedOf);
  append?.events.push(...events);
  return {
    append,
    problem: events.some(({ id: eventId }) => !/^[0-9a-f-]{36}$/.test(eventId))
      ? 'Guid should contain 32 digits with 4 dashes.'
      : null,
  };
}

const isForTheWholeCall = (answer: Exclude<Answer, 'silent'>): answer is ServiceError =>
  'code' in answer && answer.metadata.get('exception')[0] === 'not-leader';

function fill(response: BatchAppendResp, answer: Exclude<Answer, 'silent'>): void {
  if ('code' in answer) return void response.setError(failureOf(answer));
  const wrong = answer.getWrongExpectedVersion();
  if (wrong) {
    const detail = new shared.WrongExpectedVersion();
    if (wrong.hasCurrentNoStream()) detail.setCurrentNoStream(new protobufEmpty.Empty());
    else detail.setCurrentStreamRevision(wrong.getCurrentRevision());
    return void response.setError(failure('WrongExpectedVersion', 'WrongExpectedVersion', detail));
  }
  const { success, position } = {
    success: answer.getSuccess()!,
    position: answer.getSuccess()!.getPosition(),
  };
  const written = new streams.BatchAppendResp.Success().setCurrentRevision(success.getCurrentRevision());
  if (!position) written.setNoPosition(new protobufEmpty.Empty());
  else {
    written.setPosition(
      new shared.AllStreamPosition()
        .setCommitPosition(position.getCommitPosition())
        .setPreparePosition(position.getPreparePosition()),
    );
  }
  response.setSuccess(written);
}

function failureOf({ code, details, metadata }: ServiceError): Status {
  if (code === status.PERMISSION_DENIED) return failure('AccessDenied');
  if (code === status.FAILED_PRECONDITION) return failure('StreamDeleted');
  if (code === status.ABORTED) return failure('Timeout');
  const [most] = metadata.get('maximum-append-size');
  if (most)
    return failure(
      'MaximumAppendSizeExceeded',
      details,
      new shared.MaximumAppendSizeExceeded().setMaxappendsize(Number(most)),
    );
  // "Server Is Not Ready": the client does not know what that is
  return pack(0, details, new protobufEmpty.Empty(), 'google.protobuf.Empty');
}

const CODES = {
  WrongExpectedVersion: 6,
  StreamDeleted: 5,
  AccessDenied: 7,
  Timeout: 4,
  MaximumAppendSizeExceeded: 3,
  BadRequest: 3,
} as const;

function failure(
  name: keyof typeof CODES,
  message: string = name,
  detail: { serializeBinary(): Uint8Array } = new shared[name](),
): Status {
  return pack(CODES[name], message, detail, `event_store.client.${name}`);
}

function pack(
  code: number,
  message: string,
  detail: { serializeBinary(): Uint8Array },
  name: string,
): Status {
  const any = new protobufAny.Any();
  any.pack(detail.serializeBinary(), name);
  return new statuses.Status().setCode(code).setMessage(message).setDetails(any);
}
