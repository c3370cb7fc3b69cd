import { expect, it } from '@jest/globals';
import { initialState } from '@conclave/election';
import { StoreUnavailable, type Item } from '@conclave/event-store';
import { missedAppends } from './missed-appends.js';

/** A node whose history ends there. */
const node = (position: string) => ({
  async *subscribe(): AsyncGenerator<Item> {
    yield { type: 'caught-up', position };
  },
});
const past = { sealedTo: () => 0, stateAt: async () => initialState('g') };

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
