import { expect, it } from '@jest/globals';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readSnapshot, writeSnapshot, type Snapshot } from './snapshot.js';

it('is written and read piece by piece, and keeps none of its memory', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'conclave-snapshot-'));
  const path = join(folder, 'x.snapshot');
  const heads = Array.from({ length: 2_000 }, (_, n) => ({ id: n, text: String(n).padEnd(8_000, '.') }));
  const snapshot: Snapshot = {
    version: '1',
    position: '7',
    checkpoint: null,
    anchors: [],
    folds: {
      groups: { heads, known: new Map([['a', new Set([1])]]), none: [] },
      deep: { a: { b: { c: 1 } } },
    },
  };
  const { external: before } = process.memoryUsage();
  let most = 0;
  const breathe = async () => void (most = Math.max(most, process.memoryUsage().external - before));
  await writeSnapshot(path, snapshot, breathe);
  expect(statSync(path).size).toBeGreaterThan(16_000_000);
  expect(most).toBeLessThan(1_000_000);
  expect(readSnapshot(path)).toEqual(snapshot);
  rmSync(folder, { recursive: true });
});
