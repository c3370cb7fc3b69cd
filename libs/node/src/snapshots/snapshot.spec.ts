import { expect, it } from '@jest/globals';
import { mkdtempSync, readdirSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createHash } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import { serialize } from 'node:v8';
import { initialState } from '@conclave/election';
import { VERSION } from '@conclave/kernel';
import { draftNameOf } from '@conclave/launch';
import { FORMAT, readSnapshot, writeSnapshot, type Snapshot } from './snapshot.js';
import { Snapshots } from './snapshots.js';

const fail = (message: string) => {
  throw new Error(message);
};

it('is written and read piece by piece, and keeps none of its memory', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'conclave-snapshot-'));
  const path = join(folder, 'x.snapshot');
  const heads = Array.from({ length: 2_000 }, (_, n) => ({
    hash: String(n).padEnd(8_000, '.'),
    state: initialState(`g${n}`),
  }));
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

it('asks for the rows of a crowd as it comes to them', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'conclave-snapshot-'));
  const path = join(folder, 'x.snapshot');
  let [asked, pieces] = [0, 0];
  function* crowd() {
    for (; asked < 1_000; asked++) yield [`r${asked}`, asked];
  }
  const about = { version: '1', position: '7', checkpoint: null, anchors: [] };
  const breathe = async () => {
    expect(asked).toBeLessThanOrEqual(pieces++ * 200);
  };
  await writeSnapshot(path, { ...about, folds: { a: { roll: crowd(), none: [].values() } } }, breathe);
  const roll = Array.from({ length: 1_000 }, (_, n) => [`r${n}`, n]);
  expect(readSnapshot(path)!.folds).toEqual({ a: { roll, none: [] } });
  rmSync(folder, { recursive: true });
});

it('what another release could not read is read again; what this one cannot, and what all can, is not', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'conclave-snapshot-'));
  const path = join(folder, 'x.snapshot');
  const saving = async (unreadable: [string, string][], version?: string) => {
    const groups = { saved: () => ({ heads: [], unreadable }), restore: () => undefined };
    const snapshots = new Snapshots(path, { groups }, () => [], { warn: fail } as never);
    snapshots.apply({ events: [], position: '7' } as never);
    await snapshots.save();
    const own = readSnapshot(path)!;
    if (version !== undefined) await writeSnapshot(path, { ...own, version }, async () => undefined);
    return snapshots.read(() => undefined)?.position;
  };
  const given: [string, string][] = [['g', 'heartbeatMs: null']];
  expect(await saving([])).toBe('7');
  expect(await saving([], '9.9.9')).toBe('7');
  expect(await saving(given)).toBe('7');
  expect(await saving(given, VERSION)).toBeUndefined();
  rmSync(folder, { recursive: true });
});

it('one that is cut off, or empty, is left aside, and that is told; none is no news', () => {
  const folder = mkdtempSync(join(tmpdir(), 'conclave-snapshot-'));
  const path = join(folder, 'x.snapshot');
  const told: string[] = [];
  const read = () =>
    new Snapshots(path, {}, () => [], { warn: (text: string) => told.push(text) } as never).read(
      () => undefined,
    );
  expect([read(), told]).toEqual([null, []]);
  for (const text of ['', 'x'.repeat(100)]) {
    writeFileSync(path, text);
    expect(read()).toBeNull();
    expect(told.splice(0)).toEqual([expect.stringContaining('left aside: all of the log is read')]);
  }
  rmSync(folder, { recursive: true });
});

/** Rows of which the first lot takes so long that ten times of it is long. */
function* slowRows() {
  const sinceMs = performance.now();
  while (performance.now() - sinceMs < 1_000);
  for (let n = 0; n < 1_000; n++) yield [n];
}

it('who waits for it waits for no rest, neither one that has begun nor one in what is written next', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'conclave-snapshot-'));
  const groups = { saved: () => ({ heads: [], unreadable: [], rows: slowRows() }), restore: () => undefined };
  const snapshots = new Snapshots(join(folder, 'x.snapshot'), { groups }, () => [], { warn: fail } as never);
  const apply = () => snapshots.apply({ events: { length: 1_000 }, position: '7' } as never);
  apply();
  const saved = snapshots.save();
  await setImmediate(); // it rests for nine seconds
  const sinceMs = performance.now();
  const rewritten = snapshots.rewrite();
  await saved;
  await setImmediate();
  apply();
  await Promise.all([snapshots.stop(), rewritten]);
  expect(performance.now() - sinceMs).toBeLessThan(8_000);
  rmSync(folder, { recursive: true });
});

it('what is to be gone does not stay in one that a killed server was writing', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'conclave-snapshot-'));
  const path = join(folder, 'x.snapshot');
  const draft = draftNameOf(path, 'new');
  writeFileSync(draft, 'ana');
  const aMinuteAgo = Date.now() / 1_000 - 61;
  utimesSync(draft, aMinuteAgo, aMinuteAgo);
  const groups = { saved: () => ({ heads: [], unreadable: [] }), restore: () => undefined };
  const snapshots = new Snapshots(path, { groups }, () => [], { warn: fail } as never);
  snapshots.apply({ events: [], position: '7' } as never);
  await snapshots.rewrite();
  expect(readdirSync(folder)).toEqual(['x.snapshot']);
  rmSync(folder, { recursive: true });
});

it('changes nothing but what it gives, whatever names stand in it: it may be of somebody else', () => {
  const folder = mkdtempSync(join(tmpdir(), 'conclave-snapshot-'));
  const path = join(folder, 'x.snapshot');
  const pieces = [
    [['format'], false, FORMAT],
    [['folds', 'a'], false, 1],
    ...['__proto__', 'constructor'].map((name) => [[name, 'odd'], false, 'yes']),
  ];
  const body = Buffer.concat(
    pieces.flatMap((piece) => {
      const [head, bytes] = [Buffer.alloc(4), serialize(piece)];
      head.writeUInt32LE(bytes.length);
      return [head, bytes];
    }),
  );
  writeFileSync(path, Buffer.concat([body, createHash('sha256').update(body).digest()]));
  expect(readSnapshot(path)?.folds).toEqual({ a: 1 });
  expect([({} as { odd?: string }).odd, (Object as { odd?: string }).odd]).toEqual([undefined, undefined]);
  rmSync(folder, { recursive: true });
});
