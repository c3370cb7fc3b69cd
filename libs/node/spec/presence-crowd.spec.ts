import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { randomUuid } from '@conclave/kernel';
import { inc, until } from '@conclave/processes';
import { register, settings, World, type Server } from './node.fixture.js';

let w: World;
beforeEach(async () => {
  w = await World.open();
});
afterEach(async () => w.close());

/** The clock of the test does not run ahead of the disk, however slow that is today. */
const recorded = async () => until('what was begun is recorded', () => w.store.appendsUnderway === 0);

const nameOf = (n: number) => `r${String(n).padStart(4, '0')}`;

describe('presence of crowds, clock driven by the test', () => {
  it('1,000 runners of a group, 999 die at once: the last one leads within the bound, in a few appends', async () => {
    // G5
    const s = await w.server();
    const names = Array.from({ length: 1_000 }, (_, n) => nameOf(n));
    const alive = names.at(-1)!;
    await s.do(settings({ leaseMs: 3_000, heartbeatMs: 1_000 }));
    for (const name of names) await s.do(register(name));
    const beatAll = async (sequence: number) =>
      Promise.all(names.map(async (name) => s.alive(name, sequence)));
    await beatAll(1);
    expect(await s.alive(names[0]!, 2)).toMatchObject({ role: 'leader', leaseMs: 3_000 });
    // they beat at different moments of a heartbeat, the oldest ones last
    await w.pass(1_000, async (t) => {
      const from = 950 - t;
      for (const name of names.slice(from, from + 50)) await s.alive(name, 3);
    });
    const before = w.store.calls.append;
    w.store.appendMs = 5; // one at a time, as on a slow disk
    let sequence = 3;
    let ledAfterMs = Infinity;
    await w.pass(6_000, async (t) => {
      await recorded();
      if (t % 500 === 0) await s.alive(alive, ++sequence);
      if (s.leadership?.runner === alive) ledAfterMs = Math.min(ledAfterMs, t);
    });
    expect(ledAfterMs).toBeLessThanOrEqual(3_000 * 1.01 + 1_000);
    expect(w.store.calls.append - before).toBeLessThan(25);
    expect(s.groups.get('g')!.term).toBeLessThanOrEqual(4);
    await until('all the dead are known', async () => {
      await w.pass(100);
      return (
        [...s.groups.get('g')!.runners.values()].filter(({ status }) => status === 'silent').length === 999
      );
    });
  });

  it('a dead runner that is elected costs no more than its own silence', async () => {
    const s = await w.server();
    await w.ledPair(s, { leaseMs: 3_000 });
    await s.do(register('c'));
    await w.pass(400);
    await s.alive('b', 2); // its last one
    let sequence = 1;
    let ledAfterMs = Infinity;
    await w.pass(6_000, async (t) => {
      if (t % 500 === 0) await s.alive('c', ++sequence);
      if (s.leadership?.runner === 'c') ledAfterMs = Math.min(ledAfterMs, t + 400);
    });
    expect(s.leadership).toMatchObject({ runner: 'c', term: 3 });
    expect(ledAfterMs).toBeLessThanOrEqual(3_000 * 1.01 + 1_000);
  });

  it('a process that was superseded is told so and leaves nothing open, however often it comes back', async () => {
    const s = await w.server();
    await s.do(register('a'));
    const old = { group: 'g', runner: 'a', incarnation: inc('a') };
    await s.do({ ...register('a'), incarnation: inc('a', 2) } as never);
    const told: string[] = [];
    for (let n = 0; n < 3; n++)
      await s.presence.openSession(old, { send: (event) => told.push(event), end: () => told.push('end') });
    expect(told).toEqual(['superseded', 'end', 'superseded', 'end', 'superseded', 'end']);
    expect(s.presence.sessions.hasOpen(old)).toBe(false);
  });

  it('no group hides another: 1,001 leases that end in one instant all end', async () => {
    const s = await w.server();
    const groups = Array.from({ length: 1_001 }, (_, n) => `g${n}`);
    await Promise.all(groups.map(async (group) => lead(s, group)));
    const isLed = (group: string) => s.groups.get(group)?.leadership != null;
    await until('all are led', () => groups.every(isLed));
    await until('nobody is, any more', async () => {
      await w.pass(250);
      await recorded();
      return !groups.some(isLed);
    });
    expect(w.clock.monotonicMs()).toBeLessThan(60_000);
  });

  it('after a start nobody of a crowd is given up before all can have been heard: 5,000 runners take 0.1 s', async () => {
    const s = await w.server();
    const groups = Array.from({ length: 100 }, (_, n) => `g${n}`);
    const names = Array.from({ length: 50 }, (_, n) => nameOf(n));
    for (const group of groups) {
      await s.repository.transact(group, settings({ leaseMs: 3_000 }), order());
      for (const name of names) await s.repository.transact(group, register(name), order());
    }
    await until('all is read', () => s.groups.get('g99')?.runners.size === 50);
    await s.stop();
    const again = await w.server('s2');
    const silent = () =>
      groups.flatMap((group) => [...again.groups.get(group)!.runners.values()]).filter(isSilent).length;
    await w.pass(3_000 + 50);
    await recorded();
    expect(silent()).toBe(0);
    await until('all are given up', async () => {
      await w.pass(50);
      return silent() === 5_000;
    });
    expect(w.clock.monotonicMs()).toBeLessThan(60_000);
  });
});

const isSilent = ({ status }: { status: string }): boolean => status === 'silent';
const order = () => ({
  actor: 't',
  reason: null,
  correlationId: 'c',
  commandId: randomUuid(),
  requestHash: '',
});

async function lead(s: Server, group: string) {
  await s.repository.transact(group, register('a'), order());
  const beat = { group, runner: 'a', incarnation: inc('a'), sequence: 1, term: 1 };
  await s.presence.reception.hear(beat);
}
