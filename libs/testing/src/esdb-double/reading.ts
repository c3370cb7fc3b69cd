import type { ServerWritableStream } from '@grpc/grpc-js';
import type { ReadReq, ReadResp } from '@eventstore/db-client/generated/streams_pb.js';
import type { Recorded } from './double-log.js';
import type { Faults } from './faults.js';
import { eventResponse, invalid, nameOf, notFoundResponse, streamDeleted } from './messages.js';
import { follow } from './following.js';
import type { View } from './view.js';

export type ReadCall = ServerWritableStream<ReadReq, ReadResp>;
const BACKWARDS = 1;

/** `Streams/Read`: reads of a stream or of `$all`, and subscriptions to `$all`. */
export function read(call: ReadCall, view: View, faults: Faults): void {
  const refused = faults.refuse('read', call.metadata);
  const options = call.request.getOptions()!;
  if (refused) call.emit('error', refused);
  else if (options.hasSubscription() && options.hasAll()) follow(call, view);
  else if (options.hasSubscription())
    call.emit('error', invalid('the double knows subscriptions to $all only'));
  else if (options.hasAll()) readAll(call, options, view);
  else readStream(call, options, view);
}

function readStream(call: ReadCall, options: ReadReq.Options, view: View): void {
  const from = options.getStream()!;
  const stream = nameOf(from.getStreamIdentifier());
  const found = view.log.visible(stream);
  if (found === 'deleted') return void call.emit('error', streamDeleted(stream));
  const visible = found === 'not-found' ? found : found.filter((event) => view.shows(event));
  if (visible === 'not-found' || (visible.length === 0 && found.length > 0)) {
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
  const wanted = isBackwards
    ? visible.filter(({ revision }) => revision <= last).reverse()
    : visible.filter(({ revision }) => revision >= first);
  send(call, wanted.slice(0, Number(options.getCount())));
}

/**
 * Forwards from a position includes the event there, backwards does not (facts 3); truncated events are all
 * there.
 */
function readAll(call: ReadCall, options: ReadReq.Options, view: View): void {
  const from = options.getAll()!;
  const { all } = view.log;
  const shown = view.shown;
  const at = from.hasPosition() ? BigInt(from.getPosition()!.getCommitPosition()) : null;
  const index = at === null ? (from.hasStart() ? 0 : shown) : view.log.indexFrom(at);
  const isOdd = at !== null && at !== 0n && index < shown && !view.log.isStart(at);
  if (isOdd) return void call.emit('error', invalid('the position is not the start of a record'));
  const count = Number(options.getCount());
  const isBackwards = options.getReadDirection() === BACKWARDS;
  send(
    call,
    isBackwards
      ? all.slice(Math.max(0, index - count), index).reverse()
      : all.slice(index, Math.min(index + count, shown)),
  );
}

function send(call: ReadCall, events: Recorded[]): void {
  for (const event of events) call.write(eventResponse(event));
  call.end();
}
