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
  const told = Array.fromAsync(
    missedAppends(node(end), past, { after: '1', until: '8' }, AbortSignal.timeout(5_000)),
  );
  if (why === null) return expect(await told).toEqual([]);
  await expect(told).rejects.toThrow(why);
  await expect(told).rejects.toBeInstanceOf(StoreUnavailable);
});
