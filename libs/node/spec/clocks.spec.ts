import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { GroupVerifier } from '@conclave/audit';
import { SqliteEventStore } from '@conclave/event-store-sqlite';
import { isEvent, StoreError, type Item, type Position } from '@conclave/event-store';
import { inc, until } from '@conclave/processes';
import { FaultyStore, ManualClock } from '@conclave/testing';
import { auditsOf } from '../../../apps/server/src/http/auditors/live-audits.js';
import { register, Server, World } from './node.fixture.js';

const HOUR = 3_600_000;
const pause = { type: 'PauseElections', expiresAt: null, ttlMs: 1_000 } as const;
let w: World;
beforeEach(async () => {
  w = await World.open();
});
afterEach(async () => w.close());

/** A store whose own clock is right, as EventStoreDB's: it says of each event when it was written. */
class TimedStore extends FaultyStore {
  override get keepsTime(): boolean {
    return true;
  }
  constructor(
    inner: SqliteEventStore,
    private readonly truth: ManualClock,
  ) {
    super(inner);
  }
  override async *subscribe(from: Position, signal: AbortSignal): AsyncGenerator<Item> {
    for await (const item of super.subscribe(from, signal))
      yield isEvent(item) ? { ...item, writtenMs: this.truth.wallMs() } : item;
  }
}

describe('wall clocks', () => {
  it('where the log is ahead of the clock, what lasts a second ends a second later', async () => {
    const s = await w.server();
    w.clock.adopt(HOUR);
    await s.do(register('a')); // by a clock that was an hour ahead
    w.clock.adopt(-HOUR);
    await s.do(pause);
    expect(s.groups.get('g')!.pause).not.toBeNull();
    expect(s.node.time.aheadMs).toBeGreaterThan(HOUR - 10_000);
    await w.pass(2_500);
    expect(s.groups.get('g')!.pause).toBeNull();
    await s.stop();
    const next = await w.server('s2'); // and so it is after a restart
    await next.do(pause);
    await w.pass(2_500);
    expect(next.groups.get('g')!.pause).toBeNull();
  });

  it('where the log is ahead of the clock, audits go by its time, as decisions do', async () => {
    const s = await w.server();
    w.clock.adopt(HOUR);
    for (const id of ['a', 'b']) await s.do(register(id));
    w.clock.adopt(-HOUR);
    await s.do({ type: 'ResignLeadership', runner: 'a', incarnation: inc('a'), term: 1, cooldownMs: 1_000 });
    await w.pass(1_500);
    const audits = auditsOf(s.node, new AbortController().signal);
    const { state } = s.node.head('g')!;
    expect((await audits.explain('g')).standings.map(({ runner, verdict }) => [runner, verdict.why])).toEqual(
      [
        ['a', 'chosen'],
        ['b', 'seniority'],
      ],
    );
    expect((await audits.tenures('g', {})).tenures.map(({ runner }) => runner)).toEqual(['a', 'b']);
    expect((await audits.at('g', { time: state.leadership!.since })).moment.state.term).toBe(2);
    const hour = await audits.tenures('g', {
      since: new Date(w.clock.wallMs() + HOUR - 60_000).toISOString(),
    });
    expect(hour.tenures).toHaveLength(2);
  });

  describe('a silence is told of in the time of its group', () => {
    const die = async (s: Server) => {
      await w.pass(17_000);
      await until('it is silent', () => s.groups.get('g')!.runners.get('a')!.status === 'silent');
      const verifier = new GroupVerifier('g');
      for await (const event of s.node.events('g', 1)) verifier.take(event);
      expect(verifier.finish().violations.filter(({ rule }) => rule === 'silence')).toEqual([]);
      const { lastSeenAt, awaySince } = s.groups.get('g')!.runners.get('a')!;
      return Date.parse(awaySince!) - Date.parse(lastSeenAt!);
    };

    const restarted = async (before: Server) => {
      await w.pass(200);
      await before.stop();
      w.clock.adopt(-HOUR);
      return w.server('s2');
    };

    it('where the log is ahead of the clock', async () => {
      const before = await w.server();
      w.clock.adopt(HOUR);
      await before.do(register('a'));
      const s = await restarted(before);
      await s.alive('a', 1);
      expect(Math.abs((await die(s)) - 15_000)).toBeLessThan(2_000);
    });

    it('where it was heard by a clock that was ahead, and is right since the restart', async () => {
      const before = await w.server();
      await before.do(register('a'));
      w.clock.adopt(HOUR);
      await before.alive('a', 1);
      const s = await restarted(before);
      expect(Date.parse(s.presence.lastSeenAt('g', 'a')!)).toBeLessThanOrEqual(w.clock.wallMs());
      expect(Math.abs((await die(s)) - 15_000)).toBeLessThan(2_000);
    });
  });

  it('a step is on record with both times, and so is that it was set back', async () => {
    const s = await w.server();
    w.clock.steppedMs = -60_000; // the clock that tests drive goes on by what it adopts: only the report is looked at
    const steppedAt = w.clock.wallMs();
    await w.pass(200);
    w.clock.steppedMs = 0;
    await w.pass(200);
    await until('both are on record', () => s.node.clocks.steps.length === 2);
    const [set, back] = s.node.clocks.steps;
    expect(set).toMatchObject({ cause: 'set', instance: s.node.options.instance });
    expect(Math.abs(Date.parse(set!.server) - steppedAt)).toBeLessThan(1_000);
    expect(Date.parse(set!.machine) - Date.parse(set!.server)).toBe(-60_000);
    expect(back).toMatchObject({ cause: 'set-back' });
  });

  it('a clock that is set to and fro for ever does not fill the log; how it ends is on record', async () => {
    const s = await w.server();
    for (let n = 0; n < 40; n++) {
      w.clock.steppedMs = n % 2 === 0 ? 2_000 : 0;
      await w.pass(100);
    }
    w.clock.steppedMs = -5_000;
    await w.pass(100);
    await until('the first ones are on record', () => s.node.clocks.steps.length === 10);
    w.clock.advance(60_000);
    await w.pass(100);
    await until('the last one, too', () => s.node.clocks.steps.length === 11);
    const { server, machine } = s.node.clocks.steps[10]!;
    expect(Date.parse(machine) - Date.parse(server)).toBe(-5_000);
  });

  it.each([HOUR, -HOUR, 30 * 24 * HOUR])(
    'a server that starts with a clock %d ms wrong goes by the time of the store, before it decides anything',
    async (wrongMs) => {
      const truth = new ManualClock();
      const inner = await SqliteEventStore.open(':memory:');
      const clock = new ManualClock(wrongMs);
      const s = new Server(new TimedStore(inner, truth), clock, 's1');
      const ticking = setInterval(() => {
        for (const each of [clock, truth]) each.advance(20);
        s.node.tick();
      }, 20);
      try {
        await s.start();
        expect(Math.abs(clock.wallMs() - truth.wallMs())).toBeLessThan(1_000);
        await s.do(register('a'));
        expect(Math.abs(Date.parse(s.groups.get('g')!.lastAt!) - truth.wallMs())).toBeLessThan(1_000);
        await until('it is on record', () => s.node.clocks.steps.length === 1);
        expect(s.node.clocks.steps[0]).toMatchObject({ cause: 'started-wrong' });
        expect(Math.abs(s.node.clocks.skewMs!)).toBeLessThan(1_000);
      } finally {
        clearInterval(ticking);
        await s.stop();
        await inner.close();
      }
    },
  );

  it('whoever waits for the time of a store that takes no question says why, and goes on when it does', async () => {
    const inner = await SqliteEventStore.open(':memory:');
    const clock = new ManualClock();
    const store = new TimedStore(inner, clock);
    const publish = store.publish.bind(store);
    store.publish = async () => Promise.reject(new StoreError('stream-deleted', 'it was deleted by hand'));
    const s = new Server(store, clock, 's1');
    const ticking = setInterval(() => {
      clock.advance(20);
      s.node.tick();
    }, 20);
    try {
      await s.node.start();
      await until('it says why', () =>
        s.node.health
          .reasonsNotReady()
          .includes("comparing this server's clock with the store's: it was deleted by hand"),
      );
      store.publish = publish;
      await until('it goes on', () => s.node.tail.isCaughtUp);
      expect(s.node.health.reasonsNotReady()).toEqual([]);
    } finally {
      clearInterval(ticking);
      await s.stop();
      await inner.close();
    }
  });
});
