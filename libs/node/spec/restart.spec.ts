import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isoOf, randomUuid } from '@conclave/kernel';
import { until } from '@conclave/processes';
import { to } from '@conclave/testing';
import { SqliteEventStore } from '@conclave/event-store-sqlite';
import { World, type Server } from './node.fixture.js';

let w: World;
let folder: string;
beforeEach(async () => {
  w = await World.open();
  folder = mkdtempSync(join(tmpdir(), 'conclave-restart-'));
});
afterEach(async () => {
  await w.close();
  rmSync(folder, { recursive: true });
});

it('a server that starts from its snapshot hears of those whom another one has named before', async () => {
  const files = (kind: string) => join(folder, kind);
  const [one, two] = [await w.server('s1'), await w.server('s2', w.otherStore(), files)];
  await w.ledPair(one);
  let sequence = 1;
  const alive = async (t: number) => {
    if (t % 400 !== 0) return;
    sequence++;
    for (const runner of ['a', 'b']) await one.alive(runner, sequence);
  };
  await w.pass(1_200, alive);
  await two.node['snapshots'].save();
  await two.stop();
  const again = await w.server('s2', w.otherStore(), files);
  const { version } = one.groups.get('g')!;
  await w.pass(6_000, alive); // long enough to give up whomever it does not hear of
  expect(again.groups.get('g')).toMatchObject({ version, leadership: { term: 1, runner: 'a' } });
  expect(again.presence.lastSeenAt('g', 'b')).toBe(one.presence.lastSeenAt('g', 'b'));
});

it('a server that has met what it cannot read decides nothing any more', async () => {
  const s = await w.server();
  await w.ledPair(s);
  await s.do({ ...to.taint('b'), ttlMs: 1_000 } as never);
  const { version } = s.groups.get('g')!;
  const newer = { type: 'RulesChanged', data: {}, meta: { v: 99, at: isoOf(w.clock.wallMs()) } };
  await w.store.publish('presence', { id: randomUuid(), ...newer });
  await until('it has met it', () => s.node.tail.failure !== null);
  await w.pass(3_000);
  expect(s.groups.get('g')!.version).toBe(version);
  const later: unknown[] = [];
  for await (const event of w.store.read('group-g', version + 1)) later.push(event);
  expect(later).toEqual([]);
});

it('a beat that says that its runner has stopped is a sign of life', async () => {
  const s = await w.server();
  await w.ledPair(s);
  await w.pass(1_300, async (t) => void (t % 400 === 0 && (await s.beat('b', 2 + t))));
  await s.do(to.taint('a'));
  await s.beat('a', 2, undefined, { released: 1 });
  expect(s.leadership).toMatchObject({ term: 2, runner: 'b' });
  await w.pass(900, async (t) => void (t % 400 === 0 && (await s.beat('b', 2_000 + t, 2))));
  expect(s.groups.get('g')!.runners.get('a')).toMatchObject({ status: 'active' });
});

describe('a server that starts while its store is away', () => {
  const files = (kind: string) => join(folder, kind);
  /** One whose snapshot is of the last moment, and a log that others can put in its place. */
  const stopped = async (): Promise<{ server: Server; before: string }> => {
    const one = await w.server('s1', w.otherStore(), files);
    await w.ledPair(one);
    const before = one.node.tail.position;
    await one.node['snapshots'].save();
    await one.stop();
    const away = w.otherStore();
    away.cut();
    return { server: w.servers.begin(away, w.clock, 's1', files), before };
  };
  const goes = async (what: string, is: () => boolean) =>
    until(what, async () => {
      await w.pass(50);
      return is();
    });

  it('goes on from its snapshot when that is back', async () => {
    const { server, before } = await stopped();
    const subscribed = jest.spyOn(server.store, 'subscribe');
    await goes('it has tried', () => server.node.tail.interruption !== null);
    expect(server.node.health.mayDecide).toBe(false);
    server.store.isDown = false;
    await goes('it is caught up', () => server.node.tail.isCaughtUp);
    expect(subscribed.mock.calls.map(([from]) => from)).toEqual([before]);
    expect(server.leadership).toMatchObject({ term: 1, runner: 'a' });
  });

  it('decides nothing if it is another log then', async () => {
    const { server } = await stopped();
    const other = await SqliteEventStore.open(':memory:');
    server.store.replacedBy(other);
    await goes('it knows', () => server.node.tail.failure !== null);
    await w.pass(3_000);
    expect(server.node.health.mayDecide).toBe(false);
    const written: unknown[] = [];
    for await (const event of other.read('group-g')) written.push(event);
    expect(written).toEqual([]);
    await other.close();
  });
});
