import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { ElectionCommand } from '@conclave/election';
import { SqliteEventStore } from '@conclave/event-store-sqlite';
import { FaultyStore, inc, ManualClock, until } from '@conclave/testing';
import { Servers, type Server } from './presence-server.fixture.js';

let inner: SqliteEventStore;
let store: FaultyStore;
let clock: ManualClock;
let servers: Servers;
const server = async (id = 's1', own = store) => servers.start(own, clock, id);
const pass = async (ms: number, each?: (atMs: number) => Promise<unknown> | void) => servers.pass(ms, each);
const register = (runner: string): ElectionCommand => ({ type: 'RegisterRunner', runner, incarnation: inc(runner), ready: true, previousExited: null });
const settings = (s: object): ElectionCommand => ({ type: 'ConfigureGroup', settings: s });

beforeEach(async () => {
  inner = await SqliteEventStore.open(':memory:');
  store = new FaultyStore(inner);
  clock = new ManualClock();
  servers = new Servers();
});
afterEach(async () => {
  await servers.stop();
  await inner.close();
});

async function ledPair(s: Server, more: { leaseMs?: number; drainMs?: number } = {}) {
  await s.do(settings({ leaseMs: 1_500, ...more }));
  await s.do(register('a'));
  await s.do(register('b'));
  expect(await s.beat('a', 1, 1)).toMatchObject({ role: 'leader', term: 1, leaseMs: more.leaseMs ?? 1_500 });
  await s.beat('b', 1);
}

describe('presence of several servers, clock driven by the test', () => {
  it('several servers on one log agree: beats through either keep the leader, death is noticed by any', async () => {
    const [one, two] = [await server('s1'), await server('s2')];
    await ledPair(one);
    let sequence = 1;
    await pass(4_000, async (t) => {
      if (t % 400 !== 0) return;
      sequence++;
      const via = t % 800 === 0 ? one : two;
      expect(await via.beat('a', sequence, 1)).toMatchObject({ role: 'leader', leaseMs: 1_500 });
      await (via === one ? two : one).alive('b', sequence);
    });
    for (const s of [one, two]) expect(s.leadership).toMatchObject({ term: 1, runner: 'a' });
    await pass(2_600, async (t) => { if (t % 400 === 0) await two.alive('b', ++sequence); });
    for (const s of [one, two]) expect(s.leadership).toMatchObject({ term: 2, runner: 'b' });
    expect(one.groups.get('g')!.version).toBe(two.groups.get('g')!.version);
  });

  it('a server that comes back under its old name takes nobody for another', async () => {
    const first = await server('s1');
    await ledPair(first); // a is heard first, then b
    await first.stop();
    const second = await server('s1');
    await second.alive('b', 2); // here b is heard first
    await pass(300);
    let sequence = 2;
    await pass(3_000, async (t) => { if (t % 300 === 0) { sequence++; await Promise.all([second.alive('b', sequence), second.alive('a', sequence)]); } });
    expect(await second.alive('a', 20)).toMatchObject({ role: 'leader', term: 1, leaseMs: 1_500 });
    expect(second.groups.get('g')!.runners.get('b')).toMatchObject({ status: 'active' });
  });

  it('a server that is deaf deposes nobody while the other one hears', async () => { // L6
    const deaf = new FaultyStore(inner);
    const [one, two] = [await server('s1'), await server('s2', deaf)];
    await ledPair(one);
    deaf.cut();
    let sequence = 1;
    await pass(8_000, async (t) => { if (t % 400 === 0) { sequence++; await one.beat('a', sequence, 1); await one.alive('b', sequence); } });
    deaf.isDown = false;
    await pass(3_000, async (t) => { if (t % 400 === 0) { sequence++; await one.beat('a', sequence, 1); await one.alive('b', sequence); } });
    expect(one.leadership).toMatchObject({ term: 1, runner: 'a' });
    await until('s2 has read on', () => two.groups.get('g')!.version === one.groups.get('g')!.version);
  });
});

describe('silence of the store is not health (L6)', () => {
});
