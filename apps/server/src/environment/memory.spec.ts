import { expect, it } from '@jest/globals';
import { connectionsIn, heapLimit } from './memory.js';

const MIB = 2 ** 20;

// As Node 24 has them: statistics tell of both generations together, the old one is what may not be full.
it.each([
  [4_288, '', 4_096],
  [560, '', 504], // in 1 GiB, where it is 512
  [448, '--max-old-space-size=256', 256],
  [704, '--enable-source-maps --max_old_space_size=300 --max-old-space-size=512', 512],
])('of a heap of %i MiB, started with "%s", the old generation may have %i', (whole, options, old) => {
  expect(heapLimit({ heap_size_limit: whole * MIB } as never, options) / MIB).toBe(old);
});

it.each([
  [24_576, 50_000, 10_000],
  [1_024, 5_461, 2_730],
  [16, 100, 100],
])('in %i MiB of memory there are by default %i connections, %i of one address', (mib, all, perClient) => {
  expect(connectionsIn(mib * MIB)).toEqual({ all, perClient });
});
