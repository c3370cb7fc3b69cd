import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { until } from '@conclave/processes';
import { whyNotLeading } from '@conclave/views';
import { register, World } from './node.fixture.js';

let w: World;
beforeEach(async () => {
  w = await World.open();
});
afterEach(async () => w.close());

describe('presence, clock driven by the test', () => {
  it('store away: beats are refused, nobody is elected; when it is back the same term goes on', async () => {
    // L9, G5
    const s = await w.server();
    await w.ledPair(s);
    w.store.cut();
    await w.pass(500);
    await expect(s.beat('a', 2, 1)).rejects.toMatchObject({ code: 'store-unavailable' });
    await w.pass(20_000);
    expect(s.presence.deafForMs()).toBeGreaterThan(15_000); // after an hour of it the server starts anew
    expect(s.leadership).toMatchObject({ term: 1, runner: 'a' });
    w.store.isDown = false;
    await until('it hears again', async () => {
      await w.pass(50);
      return s.beat('a', Math.round(w.clock.monotonicMs()), 1).then(
        (r) => r.leaseMs > 0,
        () => false,
      );
    });
    let sequence = Math.round(w.clock.monotonicMs());
    await w.pass(3_000, async (t) => {
      if (t % 250 === 0) {
        sequence += 5_000;
        await s.beat('a', sequence, 1).catch(() => undefined);
      }
    });
    expect(s.leadership).toMatchObject({ term: 1, runner: 'a' });
  });

  it('an idle server knows at least every two seconds that it hears, and within two more that it does not', async () => {
    const s = await w.server();
    await s.do(register('a'));
    const before = w.store.calls.publish;
    await w.pass(10_000);
    // its own empty records, about one a second
    expect(w.store.calls.publish - before).toBeGreaterThanOrEqual(8);
    expect(s.presence.deafForMs()).toBe(0);
    w.store.mute();
    let deafAtMs: number | null = null;
    await w.pass(5_000, (atMs) => {
      if (deafAtMs === null && s.presence.deafForMs() > 0) deafAtMs = atMs;
    });
    expect(deafAtMs).not.toBeNull();
    expect(deafAtMs!).toBeLessThanOrEqual(2_150);
    expect(s.presence.deafForMs()).toBeGreaterThan(2_500);
  });

  it('traffic is sent to nobody by a server that stood still, or is cut off, for longer than the lease', async () => {
    const s = await w.server();
    await w.ledPair(s, { leaseMs: 3_000 });
    const leads = () => whyNotLeading('g', 'a', s.groups.get('g'), s.presence.unprovedMs()) === null;
    await w.pass(1_000);
    expect(leads()).toBe(true);
    w.clock.advance(4_000); // SIGSTOP: it has not had a turn yet in which it could notice
    expect({ leads: leads(), deafMs: s.presence.deafForMs() }).toEqual({ leads: false, deafMs: 0 });
    await until('it hears again', async () => {
      await w.pass(50);
      await s.beat('a', Math.round(w.clock.monotonicMs()), 1).catch(() => undefined);
      return leads();
    });
    w.store.mute();
    await w.pass(4_500);
    expect({ leads: leads(), term: s.leadership?.term }).toEqual({ leads: false, term: 1 });
  });

  it('a subscription that says nothing before it has caught up is given up for a new one', async () => {
    const first = await w.server();
    await first.do(register('a'));
    const store = w.otherStore();
    store.muteNext = true;
    const late = w.servers.begin(store, w.clock, 's2');
    await w.pass(4_000);
    expect(late.node.tail.isCaughtUp).toBe(false);
    await until('it has caught up by another one', async () => {
      await w.pass(500);
      return late.node.tail.isCaughtUp;
    });
  });

  it('a server whose store refuses every write is deaf, and says once that it cannot write', async () => {
    const s = await w.server();
    await w.pass(2_000);
    w.store.isDown = true;
    await w.pass(5_000);
    expect(s.presence.deafForMs()).toBeGreaterThan(3_000);
    expect(s.problems.filter((problem) => problem.includes('presence log cannot be written'))).toHaveLength(
      1,
    );
    w.store.isDown = false;
    await w.pass(1_500);
    expect(s.presence.deafForMs()).toBe(0);
  });

  it('what stood in sockets while a process stood still is read before its timers have their turn: no lease is longer by it', async () => {
    // G5
    const s = await w.server();
    await w.ledPair(s);
    await w.pass(1_000, async (t) => void (t % 500 === 0 && (await s.alive('b', 10 + t))));
    const underWay = s.beat('a', 2, 1);
    await new Promise((done) => setImmediate(done)); // the store's thread has it
    w.clock.advance(60_000); // SIGSTOP, SIGCONT
    await underWay; // a is dead from here on
    await w.pass(
      4_000,
      async (t) => void (t % 250 === 0 && (await s.alive('b', 5_000 + t).catch(() => null))),
    );
    expect(s.leadership).toMatchObject({ term: 2, runner: 'b' });
  });

  it('the same of a standby: it is silent when its lease is over, not a minute later', async () => {
    const s = await w.server();
    await w.ledPair(s);
    await w.pass(1_000, async (t) => void (t % 500 === 0 && (await s.beat('a', 10 + t, 1))));
    w.clock.advance(60_000);
    await s.beat('b', 2); // and dead
    await w.pass(
      4_000,
      async (t) => void (t % 250 === 0 && (await s.alive('a', 5_000 + t).catch(() => null))),
    );
    expect(s.groups.get('g')!.runners.get('b')).toMatchObject({ status: 'silent' });
  });
});
