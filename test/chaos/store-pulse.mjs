// How fast the store answers somebody who writes a little all the time: G5 holds while it does.
import { EventStoreDBClient, jsonEvent } from '@eventstore/db-client';
import { nowMs, sleep } from './world.mjs';

const PAUSE_MS = 200;
/** Three in a row stand between a silence and the next leader; some 3 ms each otherwise. */
const SLOW_MS = 500;

/** Writes until `stop` gives the intervals in which an append took longer, or failed; with Node's own client, not ours. */
export function watchStore(connectionString, stream, credentials) {
  const client = EventStoreDBClient.connectionString(connectionString);
  const slow = [];
  let isOver = false;
  const watching = (async () => {
    for (let sinceMs = null; !isOver; await sleep(PAUSE_MS)) {
      sinceMs ??= nowMs();
      try {
        await client.appendToStream(stream, jsonEvent({ type: 'Pulse', data: {} }), { credentials });
      } catch {
        continue; // until one is taken
      }
      if (nowMs() - sinceMs > SLOW_MS) slow.push({ fromMs: sinceMs, toMs: nowMs() });
      sinceMs = null;
    }
  })();
  return {
    stop: async () => {
      isOver = true;
      await watching;
      await client.dispose();
      return slow;
    },
  };
}
