import type { DoubleLog, Recorded } from './double-log.js';
import { caughtUp, checkpoint, confirmation, eventResponse } from './messages.js';
import type { ReadCall } from './reading.js';
import type { ReadReq } from '@eventstore/db-client/generated/streams_pb.js';

const WINDOW = 32;

/** A subscription to `$all`: confirmation, everything after the position, a checkpoint, caught-up, then live (facts 4). */
export function follow(call: ReadCall, log: DoubleLog): void {
  const options = call.request.getOptions()!;
  const matches = matcherOf(options);
  const checkpointEvery = (options.getFilter()?.getMax() || WINDOW) * (options.getFilter()?.getCheckpointintervalmultiplier() || 1);
  let next = startOf(options, log);
  let isLive = false;
  let isWaiting = false;
  const pump = () => {
    while (!isWaiting && next < log.all.length) {
      const event = log.all[next++]!;
      isWaiting = matches(event) && !call.write(eventResponse(event));
      if (options.hasFilter() && next % checkpointEvery === 0) call.write(checkpoint(event.position));
    }
    if (isWaiting || isLive) return;
    isLive = true;
    if (options.hasFilter() && next > 0) call.write(checkpoint(log.all[next - 1]!.position));
    call.write(caughtUp());
  };
  const stop = () => log.followers.delete(pump);
  call.on('drain', () => {
    isWaiting = false;
    pump();
  });
  call.on('cancelled', stop).on('close', stop).on('error', stop).on('finish', stop);
  call.write(confirmation());
  log.followers.add(pump);
  pump();
}

function startOf(options: ReadReq.Options, log: DoubleLog): number {
  const from = options.getAll()!;
  if (from.hasStart()) return 0;
  if (from.hasEnd()) return log.all.length;
  const after = BigInt(from.getPosition()!.getCommitPosition());
  const index = log.all.findIndex(({ position }) => position > after);
  return index < 0 ? log.all.length : index;
}

function matcherOf(options: ReadReq.Options): (event: Recorded) => boolean {
  const filter = options.getFilter();
  if (!filter) return () => true;
  const expression = (filter.getStreamIdentifier() ?? filter.getEventType())!;
  const textOf = filter.hasStreamIdentifier() ? (event: Recorded) => event.stream : (event: Recorded) => event.type;
  const prefixes = expression.getPrefixList();
  const regex = new RegExp(expression.getRegex());
  return (event) => (prefixes.length > 0 ? prefixes.some((prefix) => textOf(event).startsWith(prefix)) : regex.test(textOf(event)));
}
