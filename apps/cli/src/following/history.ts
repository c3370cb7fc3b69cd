import type { HistoryEventReply } from '@conclave/contract';
import { isUnanswered } from '../remote/cli-error.js';
import { headersOf, type Reach } from '../remote/credentials.js';
import { dial, urlOf } from '../remote/dialing.js';
import type { Answer } from '@conclave/runner-sdk';
import { streamed } from '../remote/streams.js';
import { say } from '../remote/telling.js';
import { KnownLog, OTHER_LOG } from './known-log.js';
import { Outage } from './outage.js';

const AGAIN_MS = 1_000;
/** Events have no place for how old it is what a server tells: so often it is asked. */
const ASK_AGE_MS = 10_000;

const ageIn = (headers: Answer['headers']): number => Number(headers.get('x-conclave-stale-ms') ?? 0);

async function ageOf(reach: Reach): Promise<number> {
  const { response } = await dial(reach, '/v1/keys', { headers: headersOf(reach) });
  response.body.destroy();
  return ageIn(response.headers);
}

/** The time of a server, from when it said it; this machine's clock may be another one. */
function clockOf(headers: Answer['headers']): () => number {
  const [dateMs, saidMs] = [Date.parse(headers.get('date') ?? ''), performance.now()];
  return Number.isNaN(dateMs) ? Date.now : () => dateMs + performance.now() - saidMs;
}

/**
 * What happens in a group, until `isOver` says of the version that comes next, and of the server's time, that enough was told.
 * A server that stops is left for whichever answers, at that version; of another log all is told. `isThere`: one has answered already, so that it is no
 * wrong address.
 */
export async function* followed(
  reach: Reach,
  at: (from: number) => string,
  first: number,
  isOver: (from: number, nowMs: number) => boolean = () => false,
  isThere = false,
): AsyncGenerator<HistoryEventReply> {
  let from = first;
  let nowMs = Date.now;
  const outage = new Outage();
  const log = new KnownLog(reach);
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
      if (!(await log.isSame())) {
        say(OTHER_LOG);
        from = 1;
      }
      for await (const event of streamed<HistoryEventReply>(reach, at(from), opened)) {
        from = event.version + 1;
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
