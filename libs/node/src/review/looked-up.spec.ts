import { expect, it } from '@jest/globals';
import { initialState, type GroupState, type Id } from '@conclave/election';
import { hashOf, StoreError, StoreUnavailable, type StoredEvent } from '@conclave/event-store';
import type { Mark } from '../log/marks.js';
import { ToldByOthers } from '../log/told-by-others.js';
import { ToldMarks } from './told-marks.js';

// Looking up what others said that they knew: one group that cannot be looked up hides no other, thousands hide none (G1).

const event = (version: number) =>
  ({ version, type: 'x', data: {}, meta: { n: version } }) as unknown as StoredEvent;
const hash = (version: number): string => hashOf(event(version));
const mark = (version: number, term = 1, of = hash(version)): Mark => ({
  ...{ version, term, hash: of },
  ...{ breaks: 0, leaseMs: 1_500 },
});

/** A log in which each of these groups has so many events, and one term; `reads` counts. */
function looking(told: [Id, Mark][], has: Record<Id, number | Error>, sealed: GroupState['sealed'] = null) {
  const count = { reads: 0 };
  const disputes = { told: new Map(told), heard: 1 };
  const marks = new ToldMarks({
    disputes,
    known: { others: new ToldByOthers(() => disputes.told) },
    groups: {
      get: (id) => ({
        ...initialState(id),
        version: typeof has[id] === 'number' ? has[id] : 5,
        term: 1,
        sealed,
      }),
      problemOf: () => null,
    },
    store: {
      async *read(stream: string, from: number) {
        count.reads++;
        const length = has[stream.replace('group-', '')]!;
        if (typeof length !== 'number') throw length;
        for (let version = from; version <= length; version++) yield event(version);
      },
    },
  });
  return { marks, count, disputes };
}
const deleted = new StoreError('stream-deleted', 'it was deleted by hand');
const away = new StoreUnavailable('it is away');

it('a stream that was deleted by hand takes no term any more, and hides no other group', async () => {
  const { marks, disputes } = looking(
    [
      ['a', mark(5)],
      ['b', mark(5, 7)],
    ],
    { a: deleted, b: 5 },
  );
  expect(await marks.look()).toEqual(['b']);
  disputes.told.delete('b');
  expect([await marks.look(), marks.areSettled]).toEqual([[], true]);
});

it('a group that cannot be looked up now hides no other, and is not settled', async () => {
  const both = looking(
    [
      ['a', mark(5)],
      ['b', mark(5, 7)],
    ],
    { a: away, b: 5 },
  );
  expect(await both.marks.look('some')).toEqual(['b']);
  await expect(both.marks.look()).rejects.toBe(away); // nothing is carried out before all are known
  const { marks } = looking([['a', mark(5)]], { a: away });
  await expect(marks.look()).rejects.toBe(away);
  expect(marks.areSettled).toBe(false);
});

it('of thousands that are as they were none is read before the one that is short is found', async () => {
  const names = Array.from({ length: 3_000 }, (_, n) => `g${n}`);
  const told = names.map((name): [Id, Mark] => [name, mark(5)]);
  const { marks, count } = looking([...told, ['late', mark(9)]], {
    ...Object.fromEntries(names.map((name) => [name, 5])),
    late: 5,
  });
  expect(await marks.look('some')).toEqual(['late']);
  expect(count.reads).toBeLessThanOrEqual(16);
});

it('an event that is not there is missing, unless it was sealed', async () => {
  expect(await looking([['a', mark(5)]], { a: 5 }).marks.look()).toEqual([]);
  expect(await looking([['a', mark(5, 1, 'f'.repeat(64))]], { a: 5 }).marks.look()).toEqual(['a']);
  expect(await looking([['a', mark(3)]], { a: 2 }).marks.look()).toEqual(['a']);
  const sealed = { upTo: 4 } as GroupState['sealed'];
  const { marks, count } = looking([['a', mark(3)]], { a: 5 }, sealed);
  expect([await marks.look(), count.reads]).toEqual([[], 0]);
});
