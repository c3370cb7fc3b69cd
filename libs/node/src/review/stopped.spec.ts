import { expect, it } from '@jest/globals';
import { ManualClock } from '@conclave/testing';
import { Stopped } from './stopped.js';

const lost = (group: string, term = 3) => ({
  group,
  known: { version: 9, term },
  found: { version: 1, term: 1 },
});

it('is said when something is different that was not said yet; while it is accepted elsewhere, group by group, once a minute', () => {
  const said: string[] = [];
  const clock = new ManualClock();
  const stopped = new Stopped({ fatal: (words: string) => said.push(words) } as never, clock);
  const tell = (...groups: ReturnType<typeof lost>[]) =>
    stopped.tell(
      'the log is another one',
      `digest ${groups.map(({ group }) => group).join('')}`,
      groups,
      true,
    );
  tell(lost('a'), lost('b'), lost('c'));
  tell(lost('b'), lost('c'));
  tell(lost('c'));
  expect(said).toHaveLength(1);
  tell(lost('c', 5)); // another server knew more
  expect(said).toHaveLength(2);
  clock.advance(60_000);
  tell(lost('c', 5));
  expect(said).toHaveLength(3);
});
