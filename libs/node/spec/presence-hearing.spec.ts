import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { until } from '@conclave/testing';
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
});
