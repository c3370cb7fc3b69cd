import { EventStoreDBClient, START, streamNameFilter } from '@eventstore/db-client';
import { EsdbEventStore } from '../dist/libs/event-store-esdb/src/index.js';
import { streamOf } from '../dist/libs/election/src/index.js';
import { benchStore } from './esdb-store.mjs';
import { median } from './http-load.mjs';
import { generatedHistory } from './replay.mjs';
import { Server } from './world.mjs';

const EVENTS = Number(process.env.BENCH_EVENTS ?? 200_000);
const ROUNDS = 3;
const LOT = 100;
const WRITERS = 16;
/** A server looks once a minute whether there is one. */
const PATIENCE_MS = 180_000;

/** Servers on one EventStoreDB that begin with an empty disk, as pods do: the first, and those after it. */
export async function pods(report) {
  const store = await benchStore();
  const prefix = `pods${Date.now()}-`;
  const log = await EsdbEventStore.open({ connectionString: store.url, prefix });
  await write(log, generatedHistory(EVENTS));
  const bare = await bareSeconds(store.url, prefix);
  const what = (how) => `${store.name}: start on ${EVENTS.toLocaleString('en')} events, ${how}`;
  report(
    what('read by the bare client'),
    `${bare.toFixed(1)} s`,
    'a subscription by name, nothing done with it',
  );
  const environment = { CONCLAVE_STORE: store.url, CONCLAVE_STREAM_PREFIX: prefix };
  const first = await timedStart(environment);
  report(
    what('from the log'),
    `${first.seconds.toFixed(1)} s`,
    `${(first.seconds / bare).toFixed(1)} × bare`,
  );
  const shelf = log.shelf('snapshot');
  const startMs = performance.now();
  while (!(await shelf.last()) && performance.now() - startMs < PATIENCE_MS)
    await new Promise((resolve) => setTimeout(resolve, 1_000));
  const seconds = [];
  for (let round = 0; round < ROUNDS; round++) {
    const next = await timedStart(environment);
    seconds.push(next.seconds);
    await next.server.stop();
  }
  report(
    what('of the next server with an empty disk'),
    `${median(seconds).toFixed(2)} s`,
    `median of ${ROUNDS}, from the snapshot in the store`,
    { goal: '3 s for 1,000,000', isMet: EVENTS >= 1_000_000 && median(seconds) <= 3 },
  );
  await first.server.stop();
  await log.close();
  store.close();
}

/** Groups take turns, as they would have. */
async function write(log, events) {
  const groups = [...Map.groupBy(events, ({ group }) => group)];
  for (let from = 0; groups.some(([, all]) => from < all.length); from += LOT)
    for (let at = 0; at < groups.length; at += WRITERS)
      await Promise.all(
        groups.slice(at, at + WRITERS).map(async ([group, all]) => {
          const lot = all.slice(from, from + LOT);
          if (lot.length === 0) return;
          const bare = lot.map(({ type, data, meta }) => ({ id: meta.id, type, data, meta }));
          await log.append(streamOf(group), from, bare);
        }),
      );
}

async function bareSeconds(url, prefix) {
  const client = EventStoreDBClient.connectionString(url);
  const startMs = performance.now();
  let count = 0;
  const filter = streamNameFilter({ prefixes: [prefix], maxSearchWindow: 500, checkpointInterval: 20 });
  for await (const _ of client.subscribeToAll({ fromPosition: START, filter })) if (++count === EVENTS) break;
  await client.dispose();
  return (performance.now() - startMs) / 1_000;
}

async function timedStart(environment) {
  const startMs = performance.now();
  const server = await Server.start(environment);
  return { server, seconds: (performance.now() - startMs) / 1_000 };
}
