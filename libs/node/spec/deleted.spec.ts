import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ElectionCommand } from '@conclave/election';
import { inc, until } from '@conclave/processes';
import { collect, to } from '@conclave/testing';
import type { Frame } from '@conclave/views';
import { register, settings, World, type Server } from './node.fixture.js';

let w: World;
beforeEach(async () => {
  w = await World.open();
});
afterEach(async () => w.close());

const leave = (runner: string): ElectionCommand => ({
  type: 'DeregisterRunner',
  runner,
  incarnation: inc(runner),
});

/** Two runners have led, one of them is silent for good. */
async function idleGroup(s: Server): Promise<void> {
  await w.ledPair(s);
  await s.do(to.silent('b', null));
  await s.do(leave('a'));
}

const remove = async (s: Server): Promise<unknown> => w.seal(s, { type: 'DeleteGroup', reason: 'gone' });
const left = async (): Promise<string[]> => (await collect(w.store.read('group-g'))).map(({ type }) => type);
const refused = expect.objectContaining({
  code: 'group-deleted',
  message: expect.stringMatching(/^group "g" was deleted at .* \(by operator:ana: gone\)/),
});

it('killed between the deletion and the truncation: the next server lets go; the group stays deleted at all of them', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'conclave-deleted-'));
  const files = (kind: string) => join(folder, kind);
  const one = await w.server('s1', w.clingingStore(), files);
  await idleGroup(one);
  await remove(one);
  await w.pass(500);
  expect((await left()).slice(-2)).toEqual(['HistorySealed', 'GroupDeleted']);
  expect((await left()).length).toBeGreaterThan(5);
  await one.node['snapshots'].save();
  const two = await w.server('s2', w.otherStore());
  await until('it is gone', async () => {
    await w.pass(50);
    return (await left()).length === 2;
  });
  expect(await left()).toEqual(['HistorySealed', 'GroupDeleted']);
  const three = await w.server('s3', w.otherStore()); // from the rest of the log
  await one.stop();
  one.node.known.tick(w.clock.monotonicMs(), true);
  const again = await w.server('s1', w.otherStore(), files); // from the snapshot
  for (const s of [two, three, again]) {
    expect(s.groups.get('g')).toEqual(one.groups.get('g'));
    expect(s.node.known.why()).toBeNull();
    await expect(s.do(register('c'))).rejects.toEqual(refused);
    await w.pass(2_000);
    expect(s.defects).toEqual([]);
  }
  rmSync(folder, { recursive: true });
});

it('is not reached by what another server does that has not read of it yet', async () => {
  const [one, away] = [await w.server('s1', w.otherStore()), w.otherStore()];
  const late = await w.server('s2', away);
  await idleGroup(one);
  await until('both have read it', () => late.groups.get('g')?.version === one.groups.get('g')!.version);
  away.cut();
  await remove(one);
  away.isDown = false;
  await expect(late.do(register('c'))).rejects.toEqual(refused);
});

it('of its past nothing is kept in memory, and what is left of it can be read all the same', async () => {
  const s = await w.server();
  await w.ledPair(s);
  const { certificates, history } = s.node;
  const kept = () =>
    [certificates['issued'], history['indexes'], history['positions']].map((of) => of.has('g'));
  const grant = { term: 1, leaseMs: 1_500, heartbeatMs: 500 };
  await certificates.of({ group: 'g', runner: 'a', incarnation: inc('a') }, grant, w.clock.wallMs());
  expect(kept()).toEqual([true, true, true]);
  await s.do(to.silent('b', null));
  await s.do(leave('a'));
  await remove(s);
  expect(kept()).toEqual([false, false, false]);
  const { version } = s.groups.get('g')!;
  const last = await history.appendAt('g', version);
  expect(last!.events.map(({ type }) => type)).toEqual(['HistorySealed', 'GroupDeleted']);
  await s.node.warm();
});

describe('presence', () => {
  it('refuses beats, ends streams without reporting anybody lost, and forgets who was there', async () => {
    const s = await w.server();
    await idleGroup(s);
    await s.beat('b', 2).catch(() => undefined);
    await until('b is back', () => s.groups.get('g')!.runners.get('b')!.status === 'active');
    await s.do(settings({ failover: 'fenced' }));
    const ended: string[] = [];
    const session = await s.presence.openSession(
      { group: 'g', runner: 'b', incarnation: inc('b') },
      { send: (event) => void ended.push(event), end: () => void ended.push('ended') },
    );
    await s.do(to.silent('b', s.leadership!.term));
    await remove(s);
    expect(ended.at(-1)).toBe('ended');
    s.presence.sessionClosed(session);
    expect(s.presence.lastSeenAt('g', 'b')).toBeNull();
    const { leases, roll } = s.presence.saved();
    expect([leases.leases, [...roll]]).toEqual([[], []]);
    const reads = w.store.calls.read;
    for (const runner of ['b', 'nobody'])
      await expect(async () => s.beat(runner, 9)).rejects.toEqual(refused);
    expect(w.store.calls.read).toBe(reads); // a whole fleet may go on asking
    await expect(
      s.presence.openSession({ group: 'g', runner: 'b', incarnation: inc('b') }, { send() {}, end() {} }),
    ).rejects.toEqual(refused);
    const { version } = s.groups.get('g')!;
    await w.pass(65_000 / 10);
    expect(s.groups.get('g')!.version).toBe(version);
    expect([s.defects, s.problems]).toEqual([[], []]);
  });
});

describe('a watch', () => {
  const told = (s: Server, group: 'g' | null, resumeAfter: string | null = null) => {
    const frames: Frame[] = [];
    const watch = { frames, isEnded: false };
    s.node.watchFeed.watch(
      { group, events: false, resumeAfter },
      { send: (more) => void frames.push(...more), overflow() {}, end: () => void (watch.isEnded = true) },
    );
    return watch;
  };
  const states = ({ frames }: { frames: Frame[] }) =>
    frames.filter(({ event }) => event === 'leader').map(({ data }) => (data as { state: string }).state);

  it('of the group ends with the news, one of all groups goes on; who comes later hears nothing of it', async () => {
    const s = await w.server('s1', w.clingingStore());
    await idleGroup(s);
    const from = s.node.tail.position;
    const [own, all] = [told(s, 'g'), told(s, null)];
    const resuming = told(s, 'g', '0');
    await remove(s);
    expect([states(own), own.isEnded]).toEqual([['leaderless', 'deleted'], true]);
    expect([states(all), all.isEnded]).toEqual([['leaderless', 'deleted'], false]);
    await until('it was told all', () => resuming.isEnded);
    expect(states(resuming).at(-1)).toBe('deleted');
    expect(told(s, null).frames.map(({ event }) => event)).toEqual(['synced']);
    const missed = told(s, null, from);
    await until('it was told what it missed', () => missed.frames.length > 0);
    expect(states(missed)).toEqual(['deleted']);
  });
});
