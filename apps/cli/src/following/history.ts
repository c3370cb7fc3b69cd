import type { HistoryEventReply } from '@conclave/contract';
import { isUnanswered } from '../remote/cli-error.js';
import type { Reach } from '../remote/credentials.js';
import { urlOf } from '../remote/dialing.js';
import type { Answer } from '@conclave/runner-sdk';
import { streamed } from '../remote/streams.js';
import { say } from '../remote/telling.js';
import { KnownLog, OTHER_LOG, standsIn, type Told } from './known-log.js';
import { ageIn, ageOf, Outage } from './outage.js';

const AGAIN_MS = 1_000;
/** Events have no place for how old it is what a server tells: so often it is asked. */
const ASK_AGE_MS = 10_000;

/** The time of a server, from when it said it; this machine's clock may be another one. */
function clockOf(headers: Answer['headers']): () => number {
  const [dateMs, saidMs] = [Date.parse(headers.get('date') ?? ''), performance.now()];
  return Number.isNaN(dateMs) ? Date.now : () => dateMs + performance.now() - saidMs;
}

/**
 * What happens in a group, until `isOver` says of the version that comes next, and of the server's time, that enough was told.
 * A server that stops is left for whichever answers, at that version; of another log, also of a copy of this one that was put
 * back, all is told. `last`: what a server has told before.
 */
export async function* followed(
  reach: Reach,
  at: (from: number) => string,
  first: number,
  isOver: (from: number, nowMs: number) => boolean = () => false,
  last?: Told,
): AsyncGenerator<HistoryEventReply> {
  let from = first;
  let nowMs = Date.now;
  const outage = new Outage();
  const log = new KnownLog(reach);
  const isSame = async (): Promise<boolean> =>
    last ? standsIn(reach, at(first).split('?')[0]!, last) : log.isSame();
  let isThere = last !== undefined; // it is no wrong address
  let isOpen = false;
  const hear = (staleMs: number): void => {
    if (isOpen) outage.hear(urlOf(reach), staleMs);
  };
  const opened = (headers: Answer['headers']): void => {
    isThere = isOpen = true;
    hear(ageIn(headers));
    nowMs = clockOf(headers);
  };
  for (;;) {
    isOpen = false;
    // where nobody answers the stream says so
    const asking = setInterval(() => void ageOf(reach).then(hear, () => undefined), ASK_AGE_MS);
    try {
      if (!(await isSame())) {
        say(OTHER_LOG);
        [from, last] = [1, undefined];
        if (isOver(from, nowMs())) return;
      }
      for await (const event of streamed<HistoryEventReply>(reach, at(from), opened)) {
        [from, last] = [event.version + 1, event];
        yield event;
      }
    } catch (error) {
      if (!isThere || !isUnanswered(error)) throw error;
      if (!isOpen) outage.lose(error);
    } finally {
      clearInterval(asking);
    }
    if (isOver(from, nowMs())) return;
    await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
  }
}
