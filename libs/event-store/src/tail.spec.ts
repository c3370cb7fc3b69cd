import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import {
  StoreUnavailable,
  SubscriptionDropped,
  Tail,
  type DropReason,
  type NewEvent,
  type StoredAppend,
} from '@conclave/event-store';
import { SqliteEventStore } from '@conclave/event-store-sqlite';
import { until } from '@conclave/processes';
import { anEvent, FaultyStore } from '@conclave/testing';

const append = (...types: string[]): NewEvent[] =>
  types.map((type, index) => ({ ...anEvent(type), meta: { v: 1, part: { index, of: types.length } } }));
const storeWith = async (...types: string[]): Promise<SqliteEventStore> => {
  const store = await SqliteEventStore.open(':memory:');
  for (const [n, type] of types.entries()) await store.append('s', n, [anEvent(type)]);
  return store;
};

let inner: SqliteEventStore;
let store: FaultyStore;
let tail: Tail;
let seen: string[];
let told: string[];
const open: SqliteEventStore[] = [];

beforeEach(async () => {
  seen = [];
  told = [];
  inner = await storeWith();
  open.push(inner);
  store = new FaultyStore(inner);
});
afterEach(async () => {
  await tail.stop();
  for (const one of open.splice(0)) await one.close();
});
const start = (apply: (append: StoredAppend) => void = () => undefined) => {
  const consumer = {
    apply: (one: StoredAppend) => {
      apply(one);
      seen.push(one.events.map(({ type }) => type).join(''));
    },
  };
  tail = new Tail(store, [consumer], {
    error: () => told.push('outage'),
    dropped: (reason) => told.push(reason),
    unreadable: (error) => told.push(`unreadable: ${error.message}`),
    rewound: (error) => told.push(`rewound: ${error.message}`),
  });
  tail.start();
};
const caughtUp = () => until('caught up', () => tail.isCaughtUp);

describe('the tail hands over whole appends', () => {
  it('whatever looks between two turns of the loop sees a state between two appends', async () => {
    let events = 0;
    start(({ events: all }) => {
      events += all.length;
    });
    await caughtUp();
    const states = new Set<string>();
    let isOver = false;
    const look = () => {
      states.add(`${events} events at ${tail.position}`);
      if (!isOver) setImmediate(look);
    };
    look();
    for (let n = 0; n < 20; n++) await inner.append('s', n * 3, append('A', 'B', 'C'));
    await until('all came', () => events === 60);
    isOver = true;
    expect([...states].map((state) => Number(state.split(' ')[0]) % 3)).toEqual([...states].map(() => 0));
    // positions of this store count events
    expect([...states].every((state) => /^(\d+) events at \1$/.test(state))).toBe(true);
  });

  it('a position within an append is reached at its end', async () => {
    start();
    await caughtUp();
    const within = tail.reached('2', 5_000);
    await inner.append('s', 0, append('A', 'B', 'C'));
    expect(await within).toBe(true);
    expect(tail.position).toBe('3');
  });

  it('one whose delivery broke in its middle comes whole, once', async () => {
    store.breakAfter(4, new SubscriptionDropped('connection-lost', 'broke'));
    start();
    await caughtUp();
    await inner.append('s', 0, append('A', 'B'));
    await inner.append('s', 2, append('C', 'D', 'E'));
    await until('both came', () => seen.length >= 2);
    expect([seen, told]).toEqual([['AB', 'CDE'], ['connection-lost']]);
  });

  it('who waits with a question that fails is told so, and nobody else is hurt', async () => {
    start();
    await caughtUp();
    const failing = tail.until(() => {
      if (seen.length > 0) throw new Error('no such group');
      return false;
    }, 5_000);
    const other = tail.until(() => seen.length > 0, 5_000);
    await inner.append('s', 0, append('A'));
    await expect(failing).rejects.toThrow('no such group');
    expect(await other).toBe(true);
  });
});

describe('the tail resumes', () => {
  it.each<DropReason>(['slow-consumer', 'node-stopped', 'connection-lost', 'ended', 'moved'])(
    'at once and quietly when a subscription that worked is dropped (%s)',
    async (reason) => {
      store.breakAfter(2, new SubscriptionDropped(reason, 'dropped'));
      start();
      await caughtUp();
      for (const [n, type] of ['A', 'B', 'C'].entries()) await inner.append('s', n, append(type));
      await until('all came', () => seen.length === 3);
      expect([seen, told, tail.interruption]).toEqual([['A', 'B', 'C'], [reason], null]);
      expect(store.signals.map(({ aborted }) => aborted)).toEqual([true, false]); // nobody is kept by the first
    },
  );

  it('after an outage, which is told once, however many tries it takes', async () => {
    start();
    await caughtUp();
    store.cut();
    await until('it is noticed', () => tail.interruption !== null);
    await new Promise((resolve) => setTimeout(resolve, 300));
    store.replacedBy(inner);
    await inner.append('s', 0, append('A'));
    await until('it goes on', () => seen.length === 1);
    expect({ told, interruption: tail.interruption }).toEqual({ told: ['outage'], interruption: null });
  });

  it('with a new subscription when it is told that the old one is mute', async () => {
    start();
    await caughtUp();
    store.mute();
    await inner.append('s', 0, append('A', 'B'));
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(seen).toEqual([]);
    tail.resubscribe();
    await until('it came', () => seen.length === 1);
    expect([seen, told]).toEqual([['AB'], ['stalled']]);
  });

  it('a failure that is none of the store stops it for good', async () => {
    start(() => {
      throw new Error('cannot be applied');
    });
    await caughtUp();
    await inner.append('s', 0, append('A'));
    await until('it stopped', () => tail.failure !== null);
    expect(told).toEqual(['unreadable: cannot be applied']);
  });
});

describe('after the store was away', () => {
  it.each(['a shorter log', 'another log of the same length'])(
    'it stops, and says so, if there is %s',
    async (what) => {
      const first = await storeWith('A', 'B');
      const second = what === 'a shorter log' ? await storeWith('A') : await storeWith('A', 'C');
      open.push(first, second);
      store = new FaultyStore(first);
      start();
      await until('read', () => seen.length === 2);
      store.cut();
      store.replacedBy(second);
      await until('it is noticed', () => tail.failure !== null);
      expect(told.at(-1)).toMatch(
        /^rewound: what was read up to position .* is not in the log any more \(stream "s" had event/,
      );
      expect(seen).toHaveLength(2);
    },
  );

  it('it goes on with the same log', async () => {
    await inner.append('s', 0, append('A'));
    start();
    await until('read', () => seen.length === 1);
    store.cut();
    store.replacedBy(inner);
    await inner.append('s', 1, append('B'));
    await until('it goes on', () => seen.length === 2);
    expect(tail.failure).toBeNull();
  });

  it('an error that is no drop is an outage', async () => {
    store.breakAfter(1, new StoreUnavailable('gone'));
    start();
    await caughtUp();
    await inner.append('s', 0, append('A'));
    await until('it was told', () => told.length > 0);
    expect(told).toEqual(['outage']);
  });
});
