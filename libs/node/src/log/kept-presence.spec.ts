import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { HEARD_STREAM, LogVerifier, PresenceKept } from '@conclave/audit';
import type { Append } from '@conclave/election';
import { isEvent, StoreUnavailable, type NewEvent, type StoredEvent } from '@conclave/event-store';
import { inc, until } from '@conclave/testing';
import { World, type Server } from '../../spec/node.fixture.js';
import { KeptPresence } from './kept-presence.js';

let w: World;
beforeEach(async () => {
  w = await World.open();
});
afterEach(async () => w.close());

async function wholeLog(): Promise<StoredEvent[]> {
  const all: StoredEvent[] = [];
  const stop = new AbortController();
  for await (const item of w.store.subscribe('0', stop.signal)) {
    if (!isEvent(item) && item.type === 'caught-up') break;
    if (isEvent(item)) all.push(item);
  }
  return all;
}
const heardIn = (log: readonly StoredEvent[]) =>
  log.flatMap(({ meta }) => {
    const { command } = meta as {
      command?: { type: string; heard?: { sha256: string; from: number; to: number } };
    };
    return command?.heard ? [{ type: command.type, ...command.heard }] : [];
  });
const verified = (log: readonly StoredEvent[]) => {
  const verifier = new LogVerifier();
  for (const event of log) verifier.take(event);
  return verifier.finish().log.map(({ rule, recorded }) => `${rule}: ${String(recorded)}`);
};
/** a leads, falls silent, and b follows; b falls silent as a standby of nobody. */
async function failover(s: Server): Promise<void> {
  await w.ledPair(s);
  let sequence = 1;
  await w.pass(4_000, async (atMs) => {
    if (atMs % 400 === 0) await s.alive('b', ++sequence);
  });
  await until('b leads', () => s.leadership?.runner === 'b');
}

describe('what a silence rests on', () => {
  it('stands in the report by its digest, is kept in the log, and is held against the report', async () => {
    const s = await w.server();
    await failover(s);
    await w.pass(4_000);
    const log = await wholeLog();
    const [heard] = heardIn(log);
    expect(heard).toMatchObject({ type: 'ReportLeaseExpired' });
    const kept = log.filter(({ stream }) => stream === HEARD_STREAM);
    const { of, records } = kept[0]!.data as unknown as PresenceKept;
    expect(of).toContain(heard!.sha256);
    expect(records[0]!.version).toBeLessThanOrEqual(heard!.from);
    expect(records.at(-1)).toMatchObject({ type: 'LeaseExpired', version: heard!.to });
    expect(verified(log)).toEqual([]);

    const forged = structuredClone(kept[0]!.data) as unknown as PresenceKept;
    forged.records.at(-2)!.data = { ...forged.records.at(-2)!.data, h: 0 };
    const changed = log.map((event) => (event === kept[0] ? { ...event, data: forged as never } : event));
    expect(verified(changed)).toEqual([expect.stringMatching(/^heard: group "g": records .* are not those/)]);
  });

  it('is kept by another server if the one that decided is gone, and after a restart from a snapshot', async () => {
    const own = w.otherStore();
    const publish = own.publish.bind(own);
    own.publish = async (stream, event) => {
      if (stream === HEARD_STREAM) throw new StoreUnavailable('full');
      await publish(stream, event);
    };
    const s = await w.server('s1', own);
    await failover(s);
    const saved = structuredClone(s.node.records.kept.saved());
    expect(saved.wanted).toHaveLength(1);
    await s.stop();
    const { sha256 } = saved.wanted[0]!;
    const other = await w.server('s2');
    const places = () => other.node.records.kept.saved().places.map(([one]) => one);
    await w.pass(58_000);
    expect(places()).not.toContain(sha256); // whoever decided it may come back
    await w.pass(5_000);
    expect(places()).toContain(sha256);
    expect(verified(await wholeLog())).toEqual([]);
  });

  it('a store that is slow to read keeps nobody: after a restart the report goes without it', async () => {
    const s = await w.server();
    await w.ledPair(s);
    await s.stop();
    const own = w.otherStore();
    const read = own.read.bind(own);
    own.read = async function* (stream: string, from?: number) {
      if (stream === 'presence') await new Promise(() => undefined);
      yield* read(stream, from);
    } as typeof own.read;
    const next = await w.server('s2', own); // it has not read what was before: not while it replays
    let sequence = 1;
    await w.pass(6_000, async (atMs) => {
      if (atMs % 400 === 0) await next.alive('b', ++sequence);
    });
    await until('b leads', () => next.leadership?.runner === 'b');
    expect(heardIn(await wholeLog())).toEqual([]);
  });
});

const RECORDS = 300;
const record = (version: number) => ({
  version,
  type: 'BeatsObserved',
  data: { i: 'x'.repeat(22), g: 1, h: version, b: Array.from({ length: 100 }, (_, n) => n) },
  meta: { v: 3, at: '2026-01-01T00:00:00.000Z' },
});

/** What is kept of a presence log when so many reports rest on its records. */
async function kept(reports: readonly { from: number; to: number; sha256: string }[]) {
  const written: PresenceKept[] = [];
  const store = {
    async *read(_stream: string, from = 1) {
      for (let version = from; version <= RECORDS; version++) yield record(version) as unknown as StoredEvent;
    },
    publish: async (stream: string, { data }: NewEvent) => {
      expect(stream).toBe(HEARD_STREAM);
      written.push(PresenceKept.parse(data));
    },
  };
  const said: string[] = [];
  const keeping = new KeptPresence({
    store: store as never,
    clock: { wallMs: () => 0, monotonicMs: () => 0, uptimeS: () => 0 } as never,
    instance: inc('s'),
    problem: (message) => said.push(message),
  });
  for (const heard of reports)
    keeping.changed({
      events: [{ meta: { instance: inc('s'), command: { heard: { ...heard, names: [] } } } }],
    } as unknown as Append);
  keeping.tick(0);
  keeping.tick(2_000);
  const last = reports.at(-1)!.sha256;
  const isWhole = () =>
    written.some(({ of, records }) => of.includes(last) && records.at(-1)!.version >= RECORDS);
  await until('it is kept', isWhole);
  expect(said).toEqual([]);
  return written;
}

it('events stay small, however many die at once, and each report has all its records', async () => {
  const reports = Array.from({ length: 1_200 }, (_, n) => {
    return { from: 1 + Math.floor(n / 6), to: RECORDS, sha256: n.toString(16).padStart(64, '0') };
  });
  const written = await kept(reports);
  for (const one of written) expect(JSON.stringify(one).length).toBeLessThan(90_000);
  for (const { from, to, sha256 } of reports) {
    const versions = written
      .filter(({ of }) => of.includes(sha256))
      .flatMap(({ records }) => records.map(({ version }) => version))
      .filter((version) => version >= from);
    expect(versions).toEqual(Array.from({ length: to - from + 1 }, (_, n) => from + n));
  }
});
