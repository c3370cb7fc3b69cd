import type { ServerWritableStream } from '@grpc/grpc-js';
import type { ReadReq, ReadResp } from '@eventstore/db-client/generated/streams_pb.js';
import type { DoubleLog, Recorded } from './double-log.js';
import type { Faults } from './faults.js';
import { eventResponse, invalid, nameOf, notFoundResponse, streamDeleted } from './messages.js';
import { follow } from './following.js';

export type ReadCall = ServerWritableStream<ReadReq, ReadResp>;
const BACKWARDS = 1;

/** `Streams/Read`: reads of a stream or of `$all`, and subscriptions to `$all`. */
export function read(call: ReadCall, log: DoubleLog, faults: Faults): void {
  const refused = faults.refuse('read', call.metadata);
  const options = call.request.getOptions()!;
  if (refused) call.emit('error', refused);
  else if (options.hasSubscription() && options.hasAll()) follow(call, log);
  else if (options.hasSubscription()) call.emit('error', invalid('the double knows subscriptions to $all only'));
  else if (options.hasAll()) send(call, pageOfAll(options, log));
  else readStream(call, options, log);
}

function readStream(call: ReadCall, options: ReadReq.Options, log: DoubleLog): void {
  const from = options.getStream()!;
  const stream = nameOf(from.getStreamIdentifier());
  const visible = log.visible(stream);
  if (visible === 'deleted') return void call.emit('error', streamDeleted(stream));
  if (visible === 'not-found') {
    // a message and a good end, not a status (facts 7.4)
    call.write(notFoundResponse(stream));
    call.end();
    return;
  }
  const isBackwards = options.getReadDirection() === BACKWARDS;
  const [first, last] = from.hasRevision()
    ? [BigInt(from.getRevision()), BigInt(from.getRevision())]
    : from.hasStart()
      ? [0n, 0n]
      : [visible.at(-1)?.revision ?? 0n, visible.at(-1)?.revision ?? 0n];
  const wanted = isBackwards ? visible.filter(({ revision }) => revision <= last).reverse() : visible.filter(({ revision }) => revision >= first);
  send(call, wanted.slice(0, Number(options.getCount())));
}

/** Forwards from a position includes the event there, backwards does not (facts 3); truncated events are all there. */
function pageOfAll(options: ReadReq.Options, log: DoubleLog): Recorded[] {
  const from = options.getAll()!;
  const isBackwards = options.getReadDirection() === BACKWARDS;
  const at = from.hasPosition() ? BigInt(from.getPosition()!.getCommitPosition()) : null;
  const events = isBackwards
    ? log.all.filter(({ position }) => (at === null ? from.hasEnd() : position < at)).reverse()
    : log.all.filter(({ position }) => (at === null ? from.hasStart() : position >= at));
  return events.slice(0, Number(options.getCount()));
}

function send(call: ReadCall, events: Recorded[]): void {
  for (const event of events) call.write(eventResponse(event));
  call.end();
}
