import { expect, it } from '@jest/globals';
import type { Append } from '@conclave/election';
import { RecentAppends } from './recent-appends.js';

/** Of two events, at these places of the log. */
const append = (end: number, runners = 1, type = 'RunnerTainted'): Append =>
  ({
    group: 'g',
    events: [end - 1, end].map((position) => ({ type, position: String(position) })),
    after: { runners: new Map(Array.from({ length: runners }, (_, n) => [`r${n}`, {}])) },
  }) as unknown as Append;
const endsAfter = (recent: RecentAppends, position: number) => {
  const found = recent.after(String(position));
  return found && [...found].map(({ events }) => Number(events.at(-1)!.position));
};
const filled = (...ends: number[]) => {
  const recent = new RecentAppends();
  for (const end of ends) recent.add(append(end));
  return recent;
};

it('knows all that begins after a place behind its first append, or says that it does not', () => {
  const recent = filled(2, 4, 6, 8);
  expect(endsAfter(new RecentAppends(), 100)).toBeNull();
  expect(endsAfter(recent, 0)).toBeNull();
  expect(endsAfter(recent, 1)).toBeNull();
  expect(endsAfter(recent, 2)).toEqual([4, 6, 8]);
  expect(endsAfter(recent, 3)).toEqual([6, 8]); // within an append means its end
  expect(endsAfter(recent, 8)).toEqual([]);
  expect(endsAfter(recent, 99)).toEqual([]);
});

it('lets go of the oldest: of very many, and of fewer where groups are large', () => {
  const recent = filled(...Array.from({ length: 5_000 }, (_, n) => 2 * (n + 1)));
  expect(endsAfter(recent, 10_000 - 2 * 4_096)).toHaveLength(4_096);
  expect(endsAfter(recent, 10_000 - 2 * 4_097)).toBeNull();
  for (let n = 1; n <= 200; n++) recent.add(append(10_000 + 2 * n, 1_000));
  expect(endsAfter(recent, 10_200)).toHaveLength(100);
  expect(endsAfter(recent, 10_198)).toBeNull();
});

it('lets nobody keep what it lets go of, and tells only what was there when it was asked', () => {
  const recent = filled(2, 4, 6);
  const taking = recent.after('2')![Symbol.iterator]();
  expect(taking.next().value).toMatchObject({ events: [{ position: '3' }, { position: '4' }] });
  recent.add(append(8));
  expect(taking.next().value).toMatchObject({ events: [{ position: '5' }, { position: '6' }] });
  expect(taking.next().done).toBe(true);
  const slow = recent.after('2')!;
  recent.clear('8');
  expect(() => [...slow]).toThrow('what was recent is not any more');
});

it('tells nothing of what a seal may have erased', () => {
  const recent = filled(2, 4, 6);
  recent.add(append(8, 1, 'HistorySealed'));
  expect(endsAfter(recent, 6)).toBeNull();
  recent.add(append(10));
  expect(endsAfter(recent, 8)).toEqual([10]);
  recent.clear(null);
  expect(endsAfter(recent, 10)).toBeNull();
});
