import { expect, it } from '@jest/globals';
import type { Append } from '@conclave/election';
import { RecentAppends } from './recent-appends.js';

const NOW = Date.UTC(2026, 0, 1);
/** Of two events, at these places of the log. */
const append = (end: number, runners = 1, type = 'RunnerTainted', at = '2026-01-01T00:00:00.000Z'): Append =>
  ({
    group: 'g',
    events: [end - 1, end].map((position) => ({ type, position: String(position), meta: { at } })),
    after: { runners: new Map(Array.from({ length: runners }, (_, n) => [`r${n}`, {}])) },
  }) as unknown as Append;
const endsAfter = (recent: RecentAppends, position: number) => {
  const found = recent.after(String(position));
  return found && [...found].map(({ events }) => Number(events.at(-1)!.position));
};
const filled = (...ends: number[]) => {
  const recent = new RecentAppends();
  for (const end of ends) recent.add(append(end), NOW);
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
  for (let n = 1; n <= 200; n++) recent.add(append(10_000 + 2 * n, 1_000), NOW);
  expect(endsAfter(recent, 10_200)).toHaveLength(100);
  expect(endsAfter(recent, 10_198)).toBeNull();
});

it('lets nobody keep what it lets go of, and tells only what was there when it was asked', () => {
  const recent = filled(2, 4, 6);
  const taking = recent.after('2')![Symbol.iterator]();
  expect(taking.next().value).toMatchObject({ events: [{ position: '3' }, { position: '4' }] });
  recent.add(append(8), NOW);
  expect(taking.next().value).toMatchObject({ events: [{ position: '5' }, { position: '6' }] });
  expect(taking.next().done).toBe(true);
  const slow = recent.after('2')!;
  recent.clear('8');
  expect(() => [...slow]).toThrow('what was recent is not any more');
});

it('tells nothing of what a seal may have erased', () => {
  const recent = filled(2, 4, 6);
  recent.add(append(8, 1, 'HistorySealed'), NOW);
  expect(endsAfter(recent, 6)).toBeNull();
  recent.add(append(10), NOW);
  expect(endsAfter(recent, 8)).toEqual([10]);
  recent.clear(null);
  expect(endsAfter(recent, 10)).toBeNull();
});

it('of a history that is read keeps what was written in the last ten minutes', () => {
  const recent = new RecentAppends();
  ['2025-12-01T00:00:00.000Z', '2025-12-31T23:49:59.999Z', '2025-12-31T23:50:00.000Z'].forEach((at, n) =>
    recent.add(append(2 * n + 2, 1, 'RunnerTainted', at), NOW),
  );
  expect(endsAfter(recent, 2)).toBeNull();
  expect(endsAfter(recent, 4)).toEqual([6]);
});
