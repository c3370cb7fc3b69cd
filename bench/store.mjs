import { mkdtempSync, rmSync } from 'node:fs';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { median, quantile } from './http-load.mjs';
import { SqliteEventStore, SqliteLog, openDatabase } from '../dist/libs/event-store-sqlite/src/index.js';
import { randomUUID } from 'node:crypto';

const SECONDS = 5;
/** Five times what 1,000 runners at a heartbeat of 5 s make, if every beat were an append of its own. */
const APPENDS_A_SECOND = 1_000;
const event = (n) => ({
  id: randomUUID(),
  type: 'Beat',
  data: { n, text: 'x'.repeat(250) },
  meta: { at: 'now' },
});

/** A steady pace of appends; what counts is how long each one holds up everything else in the event loop. */
async function paced(write) {
  const delay = monitorEventLoopDelay({ resolution: 1 });
  const latencies = [];
  delay.enable();
  const startMs = performance.now();
  for (let n = 0; n < SECONDS * APPENDS_A_SECOND;) {
    const due = ((performance.now() - startMs) / 1000) * APPENDS_A_SECOND;
    for (; n < due; n++) {
      const sentMs = performance.now();
      void write(n).then(() => latencies.push(performance.now() - sentMs));
    }
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  delay.disable();
  return {
    median: median(latencies),
    p99: quantile(latencies, 0.99),
    blockedP99: delay.percentile(99) / 1e6 - 1,
    blockedMax: delay.max / 1e6 - 1,
  };
}

export async function storeThread(report) {
  const directory = mkdtempSync(join(tmpdir(), 'conclave-store-'));
  const show = (what, m) =>
    report(
      what,
      `${m.median.toFixed(2)} ms`,
      `append p99 ${m.p99.toFixed(1)} ms; event loop held up p99 ${m.blockedP99.toFixed(2)} ms, max ${m.blockedMax.toFixed(1)} ms`,
    );
  const log = new SqliteLog(openDatabase(join(directory, 'inline.db')));
  let waiting = [];
  const flush = () => {
    const batch = waiting;
    waiting = [];
    log.appendAll(batch.map(({ row }) => ({ stream: 'p', expectedVersion: null, events: [row] })));
    for (const { resolve } of batch) resolve();
  };
  const inline = (n) =>
    new Promise((resolve) => {
      const { id, type, data, meta } = event(n);
      if (
        waiting.push({
          row: { id, type, data: JSON.stringify(data), meta: JSON.stringify(meta) },
          resolve,
        }) === 1
      )
        setImmediate(flush);
    });
  const store = await SqliteEventStore.open(join(directory, 'thread.db'));
  show(
    `store: durable append at ${APPENDS_A_SECOND}/s, on its own thread (as used)`,
    await paced((n) => store.publish('p', event(n))),
  );
  show(
    `store: durable append at ${APPENDS_A_SECOND}/s, inside the event loop (not used)`,
    await paced(inline),
  );
  await store.close();
  log.close();
  rmSync(directory, { recursive: true });
}
