import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { until } from '@conclave/processes';
import { collect } from '@conclave/testing';
import { World } from '../node.fixture.js';

let w: World;
let folder: string;
beforeEach(async () => {
  w = await World.open();
  folder = mkdtempSync(join(tmpdir(), 'conclave-wiped-'));
});
afterEach(async () => {
  await w.close();
  rmSync(folder, { recursive: true });
});

it('stopped before all of a history is let go of: so is the store wiped by a server that starts behind that seal', async () => {
  const files = (kind: string) => join(folder, kind);
  /** How often it was wiped. */
  const wiped: number[] = [];
  const wiping = () =>
    Object.assign(w.otherStore(), {
      wipe: async (letGo: () => Promise<void>) => {
        await letGo();
        return wiped.push(1) > 0;
      },
    });
  const one = await w.server('s1', w.clingingStore(), files);
  await w.ledPair(one);
  const past = await w.seal(one);
  await until('it has read that', () => one.groups.get('g')!.sealed !== null);
  await one.node['snapshots'].save();
  await one.stop();
  const two = await w.server('s1', wiping(), files);
  await until('it is gone', async () => {
    await w.pass(50);
    return (await collect(w.store.read('group-g')))[0]!.version === past.upTo + 1;
  });
  await w.pass(500);
  expect(wiped.length).toBe(1);
  await two.stop();
  await w.server('s1', wiping(), files); // once is enough
  await w.pass(500);
  expect(wiped.length).toBe(1);
});
