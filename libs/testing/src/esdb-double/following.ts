import type { ReadReq } from '@eventstore/db-client/generated/streams_pb.js';
import type { DoubleLog, Recorded } from './double-log.js';
import { caughtUp, checkpoint, confirmation, eventResponse, invalid, tooSlow } from './messages.js';
import type { ReadCall } from './reading.js';
import type { View } from './view.js';

const WINDOW = 32;
/**
 * A live subscription whose buffer overflows is dropped (facts 4). The server's holds 32; what the connection
 * takes meanwhile comes on top, so that appends of up to 100 events by one writer never overflowed there, and
 * 300 mostly did.
 */
const LIVE_BUFFER = 160;
/**
 * Live events come in separate turns, p50 0.06 ms, p99 3 ms, at most 91 ms apart, also those of one append
 * (facts 2.3).
 */
const GAPS = [
  { share: 0.004, fromMs: 10, toMs: 60 },
  { share: 0.03, fromMs: 1, toMs: 4 },
];

/**
 * A subscription to `$all`: confirmation, everything after the position, a checkpoint, caught-up, then live
 * (facts 4).
 */
export function follow(call: ReadCall, view: View): void {
  const { log } = view;
  const options = call.request.getOptions()!;
  const matches = matcherOf(options);
  const checkpointEvery =
    (options.getFilter()?.getMax() || WINDOW) * (options.getFilter()?.getCheckpointintervalmultiplier() || 1);
  const start = startOf(options, log);
  if (start === null) return void call.emit('error', invalid('the position is not the start of a record'));
  let next = start;
  /** Of the page that is being looked at: where it began, and the last in it that matched. */
  let page = { first: start, matched: -1 };
  let isLive = false;
  let isPumping = false;
  let isOver = false;
  let onDrain: (() => void) | null = null;
  /** What came while the network paused does not wait in the server's buffer but on the way. */
  let onTheWay = 0;

  const isThere = () => next < log.all.length && view.shows(log.all[next]!);
  const send = async (event: Recorded): Promise<void> => {
    if (!call.write(eventResponse(event))) await new Promise<void>((resolve) => (onDrain = resolve));
    if (onTheWay > 0) onTheWay--;
    if (isLive) {
      const before = log.all.length;
      if (await gap()) onTheWay += log.all.length - before;
    } else if (next % WINDOW === 0) await turn();
  };
  const overflows = () => isLive && isWaiting(LIVE_BUFFER + onTheWay, log, next, view, matches);
  const pump = async (): Promise<void> => {
    if (isPumping || isOver) return;
    isPumping = true;
    while (!isOver && isThere()) {
      if (overflows()) {
        isOver = true;
        call.emit('error', tooSlow());
        break;
      }
      const event = log.all[next++]!;
      view.scanned++;
      if (matches(event)) {
        page.matched = next - 1;
        await send(event);
      } else if (!isLive && next % 1_000 === 0) await turn(); // nobody is held up by what is passed
      if (isOver || !options.hasFilter() || next - page.first < checkpointEvery) continue;
      // Of history: the last that matched, or, if none did, where the page began, which need not be a
      // record's start (facts 4).
      if (isLive) call.write(checkpoint(event.position));
      else
        call.write(
          page.matched >= 0
            ? checkpoint(log.all[page.matched]!.position)
            : checkpoint(log.all[page.first]!.position, 0n),
        );
      page = { first: next, matched: -1 };
    }
    isPumping = false;
    onTheWay = 0;
    if (isOver || isLive) return;
    isLive = true;
    call.write(caughtUp());
    void pump();
  };
  const wake = () => void pump();
  const stop = () => {
    isOver = true;
    onDrain?.();
    view.followers.delete(wake);
  };
  call.on('drain', () => onDrain?.());
  call.on('cancelled', stop).on('close', stop).on('error', stop).on('finish', stop);
  call.write(confirmation());
  view.followers.add(wake);
  wake();
}

const turn = () => new Promise((resolve) => setImmediate(resolve));
/** True if it was one that the network made, and not the next turn of the server's loop. */
async function gap(): Promise<boolean> {
  let dice = Math.random();
  for (const { share, fromMs, toMs } of GAPS) {
    if (dice < share)
      return new Promise((resolve) =>
        setTimeout(() => resolve(true), fromMs + Math.random() * (toMs - fromMs)),
      );
    dice -= share;
  }
  await turn();
  return false;
}

/** True if more than `most` events wait. */
function isWaiting(
  most: number,
  log: DoubleLog,
  from: number,
  view: View,
  matches: (event: Recorded) => boolean,
): boolean {
  let waiting = 0;
  for (let n = from; n < log.all.length && waiting <= most && view.shows(log.all[n]!); n++)
    if (matches(log.all[n]!)) waiting++;
  return waiting > most;
}

/**
 * Index of the first event after the position; null if no record begins there (facts 3). Beyond the end is no
 * mistake. With 0 as its second number it lies before the record that begins there.
 */
function startOf(options: ReadReq.Options, log: DoubleLog): number | null {
  const from = options.getAll()!;
  if (from.hasStart()) return 0;
  if (from.hasEnd()) return log.all.length;
  const at = BigInt(from.getPosition()!.getCommitPosition());
  if (at === 0n || log.all.length === 0 || at > log.all.at(-1)!.position)
    return at === 0n ? 0 : log.all.length;
  const index = log.indexFrom(at);
  if (!log.isStart(at)) return null; // of one that was removed, the next is left out in its place
  return from.getPosition()!.getPreparePosition() === '0' ? index : index + 1;
}

function matcherOf(options: ReadReq.Options): (event: Recorded) => boolean {
  const filter = options.getFilter();
  if (!filter) return () => true;
  const expression = (filter.getStreamIdentifier() ?? filter.getEventType())!;
  const textOf = filter.hasStreamIdentifier()
    ? (event: Recorded) => event.stream
    : (event: Recorded) => event.type;
  const prefixes = expression.getPrefixList();
  const regex = new RegExp(expression.getRegex());
  return (event) =>
    prefixes.length > 0
      ? prefixes.some((prefix) => textOf(event).startsWith(prefix))
      : regex.test(textOf(event));
}
