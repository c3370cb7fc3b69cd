import { expect, it } from '@jest/globals';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { until } from '@conclave/processes';
import { anEvent, ManualClock } from '@conclave/testing';
import { SqliteEventStore } from '@conclave/event-store-sqlite';
import { AskedWitness, type Shown } from './asked-witness.js';

const shown = (events: number): Shown => ({
  statement: { checkpoint: 1, at: '', events, groups: 0, root: '', instance: '' },
  checkpoint: 'a.b.c',
  marks: [],
});

it('who was busy with something older has not seen what it was asked about meanwhile', async () => {
  const open: (() => void)[] = [];
  const server = createServer((_, answer) => {
    // no co-signature: it has a newer one already, says the log
    open.push(() => answer.writeHead(404).end(JSON.stringify({ code: 'log-unknown', detail: 'unknown' })));
  }).listen(0, '127.0.0.1');
  await until('it listens', () => server.listening);
  const store = await SqliteEventStore.open(':memory:');
  await store.append('keys', 0, [anEvent('T')]);
  const say = () => undefined;
  const logger = { debug: say, info: say, warn: say, error: say, fatal: say };
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const { signal } = new AbortController();
  const witness = new AskedWitness(url, { store, clock: new ManualClock(), logger, signal });
  Object.assign(witness, { isOlder: async () => true });
  const older = witness.ask(shown(1));
  await until('it is asked', () => open.length === 1);
  expect(await witness.ask(shown(2))).toBeNull();
  open[0]!();
  expect(await older).toBeNull();
  expect(witness.isBehind).toBe(true);
  const newer = witness.ask(shown(2));
  await until('it is asked again', () => open.length === 2);
  open[1]!();
  await newer;
  expect(witness.isBehind).toBe(false);
  server.close().closeAllConnections();
  await store.close();
});
