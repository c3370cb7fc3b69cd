import { expect, it } from '@jest/globals';
import { initialState } from '@conclave/election';
import { StoreUnavailable, type Item } from '@conclave/event-store';
import { anEvent, historyOf, storiesOf } from '@conclave/testing';
import { missedAppends } from './missed-appends.js';

/** A node whose history ends there. */
const node = (position: string) => ({
  async *subscribe(): AsyncGenerator<Item> {
    yield { type: 'caught-up', position };
  },
});
const past = { isGivenUp: () => false, sealedTo: () => 0, stateAt: async () => initialState('g') };

it.each([
  ['7', /has not all/],
  ['8', null],
  ['9', null],
])('a node whose history ends at %s has not told what was missed up to 8: %s', async (end, why) => {
  const all = async (): Promise<unknown[]> => {
    const told = [];
    const missed = missedAppends(node(end), past, { after: '1', until: '8' }, AbortSignal.timeout(5_000));
    for await (const append of missed) told.push(append);
    return told;
  };
  if (why === null) return expect(await all()).toEqual([]);
  await expect(all()).rejects.toThrow(why);
  await expect(all()).rejects.toBeInstanceOf(StoreUnavailable);
});

it('of a group that cannot be read nothing is told, of the others everything', async () => {
  const good = historyOf(storiesOf(3, 1)[0]!, 'b').slice(0, 40);
  const events = good.flatMap((event, n): Item[] => [
    { ...event, stream: 'group-b', position: `${2 * n + 1}`, id: event.meta.id },
    { ...anEvent('OrderPlaced'), stream: 'group-a', version: n + 1, position: `${2 * n + 2}` },
  ]);
  const store = {
    async *subscribe(): AsyncGenerator<Item> {
      yield* events;
      yield { type: 'caught-up', position: '80' };
    },
  };
  const told: number[] = [];
  const own = {
    ...past,
    isGivenUp: (group: string) => group === 'a',
    stateAt: async () => initialState('b'),
  };
  for await (const { events: of } of missedAppends(
    store,
    own,
    { after: '0', until: '80' },
    AbortSignal.timeout(5_000),
  ))
    told.push(...of.map(({ version }) => version));
  expect(told).toEqual(good.map(({ version }) => version));
});
