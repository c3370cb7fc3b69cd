import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SealedPast } from '@conclave/election';
import { eventsOf, wholeLog } from '@conclave/coordination';
import type { Item, StoredEvent } from '@conclave/event-store';
import { until } from '@conclave/processes';
import { collect, to } from '@conclave/testing';
import { settings, World, type Server } from './node.fixture.js';

let w: World;
beforeEach(async () => {
  w = await World.open();
});
afterEach(async () => {
  await w.close();
});

const seal = async (s: Server, upTo: number): Promise<SealedPast> => w.seal(s, { upTo });
const left = async (): Promise<number> => (await collect(w.store.read('group-g')))[0]!.version;

it('killed between the seal and the truncation: the next server lets go, and all go on with the same group', async () => {
  const one = await w.server('s1', w.clingingStore());
  await w.ledPair(one);
  await one.do(to.taint('b'));
  const { upTo } = await seal(one, 3);
  await w.pass(500);
  expect(await left()).toBe(1);
  expect(one.problems).toEqual([expect.stringContaining('cannot be let go of, trying again: killed')]);
  const two = await w.server('s2', w.otherStore());
  await until('it is gone', async () => {
    await w.pass(50);
    return (await left()) === upTo + 1;
  });
  const three = await w.server('s3', w.otherStore()); // from the rest of the log
  for (const s of [two, three]) expect(s.groups.get('g')).toEqual(one.groups.get('g'));
  await three.do(to.taint('a'));
  await until('all have read it', () => one.groups.get('g')!.version === three.groups.get('g')!.version);
  expect(one.groups.get('g')).toEqual(three.groups.get('g'));
  expect(one.groups.problemOf('g')).toBeNull();
  for (const s of [one, two, three]) expect(s.defects).toEqual([]);
});

it('a server that was away meanwhile goes on behind what is sealed', async () => {
  const [one, away] = [await w.server('s1', w.clingingStore()), w.otherStore()];
  const late = await w.server('s2', away);
  await w.ledPair(one);
  const seen = one.groups.get('g')!.version;
  await until('both have read it', () => late.groups.get('g')?.version === seen);
  away.cut();
  for (let n = 0; n < 3; n++) await one.do({ ...to.taint('b'), key: `k${n}` } as never);
  const { upTo } = await seal(one, seen + 2);
  await w.store.truncate('group-g', upTo + 1);
  away.isDown = false;
  await until(
    'it has caught up',
    () => late.groups.get('g')?.version === one.groups.get('g')!.version,
    30_000,
  );
  expect(late.groups.get('g')).toEqual(one.groups.get('g'));
  expect(await late.repository.refresh('g')).toMatchObject({ state: one.groups.get('g') });
  expect(late.node.tail.failure).toBeNull();
  const { state } = await late.node.history.momentAt('g', upTo + 1);
  expect(state.version).toBe(upTo + 1);
});

it('a leader whose election is sealed keeps its lease at a server that reads only the rest, and loses it when it falls silent', async () => {
  const one = await w.server();
  await w.ledPair(one);
  await seal(one, one.groups.get('g')!.version);
  await until('it is gone', async () => {
    await w.pass(50);
    return (await left()) > 1;
  });
  await one.stop();
  const two = await w.server('s2', w.otherStore());
  expect(two.leadership).toMatchObject({ term: 1, runner: 'a' });
  let sequence = 10;
  await w.pass(3_000, async (t) => {
    if (t % 400 === 0) for (const runner of ['a', 'b']) await two.alive(runner, ++sequence);
  });
  expect(two.leadership).toMatchObject({ term: 1, runner: 'a' });
  await w.pass(6_000, async (t) => {
    if (t % 400 === 0) await two.alive('b', ++sequence);
  });
  expect(two.leadership).toMatchObject({ term: 2, runner: 'b' });
});

it('a server that was stopped, and of which all that it had read is sealed, knows the log again', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'conclave-sealed-'));
  const files = (kind: string) => join(folder, kind);
  const one = await w.server('s1', w.otherStore());
  await w.ledPair(one);
  const two = await w.server('s2', w.otherStore(), files);
  await w.pass(1_000);
  await two.node['snapshots'].save();
  await two.stop();
  two.node.known.tick(w.clock.monotonicMs(), true);
  for (let n = 0; n < 3; n++) await one.do({ ...to.taint('b'), key: `k${n}` } as never);
  await seal(one, one.groups.get('g')!.version - 1);
  await until('it is gone', async () => {
    await w.pass(50);
    return (await left()) > 3;
  });
  const again = await w.server('s2', w.otherStore(), files);
  expect(again.node.known.why()).toBeNull();
  expect(again.groups.get('g')).toEqual(one.groups.get('g'));
  expect(again.defects).toEqual([]);
  rmSync(folder, { recursive: true });
});

const GONE = { code: 'store-unavailable', message: expect.stringContaining('was sealed while it was read') };

it('whoever reads a history while the store lets go of it is told, and gets none with a hole', async () => {
  const one = await w.server('s1', w.clingingStore());
  await w.ledPair(one);
  for (let n = 0; n < 120; n++) await one.do(settings({ leaseMs: 2_000 + n })); // more than a page of the store
  const reading = eventsOf(w.store, 'g', 1);
  await reading.next();
  const { upTo } = await seal(one, one.groups.get('g')!.version);
  await w.store.truncate('group-g', upTo + 1);
  await expect(collect(reading)).rejects.toMatchObject(GONE);
  await expect(collect(eventsOf(w.store, 'g', upTo))).rejects.toMatchObject(GONE);
  expect(await collect(eventsOf(w.store, 'g', upTo + 1))).toHaveLength(1);
});

it('nor does whoever copies the whole log; what is missing without a seal is copied as it is, for an auditor to see', async () => {
  const one = await w.server('s1', w.clingingStore());
  await w.ledPair(one);
  const { upTo } = await seal(one, 4);
  const ofGroup = ({ stream }: StoredEvent) => stream === 'group-g';
  const rest = (await collect(w.store.read('group-g'))).filter(({ version }) => version > upTo);
  const log = await collect(wholeLog(w.store));
  /** Of a log that is told so, and of whose group that much is left whenever somebody looks. */
  const saying = (told: StoredEvent[], ...left: StoredEvent[][]) => ({
    nameOf: (stream: string) => stream,
    async *subscribe(): AsyncGenerator<Item> {
      yield* told;
      yield { type: 'caught-up', position: '99' };
    },
    async *read() {
      yield* left.shift()!;
    },
  });
  const copy = async (...log: Parameters<typeof saying>) => collect(wholeLog(saying(...log)));
  const whole = log.filter(ofGroup);
  const holed = log.filter((event) => !ofGroup(event) || event.version < 3 || event.version > upTo);
  await expect(copy(holed, whole, rest)).rejects.toMatchObject(GONE);
  // nor where it goes on behind what was copied before
  const resumed = wholeLog(saying(holed, whole, rest));
  for (let at = ''; at !== 'group-g 2';) {
    const { stream, version } = (await resumed.next()).value as StoredEvent;
    at = `${stream} ${version}`;
  }
  await expect(collect(resumed)).rejects.toMatchObject(GONE);
  const changed = log.filter((event) => !ofGroup(event) || event.version !== 3);
  expect(await copy(changed, whole, whole)).toEqual(changed);
});
