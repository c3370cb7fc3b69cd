import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { existsSync } from 'node:fs';
import { until } from '@conclave/processes';
import { to } from '@conclave/testing';
import type { Server, World } from '../node.fixture.js';
import { Shelves } from './shelves.fixture.js';

let s: Shelves;
let w: World;
beforeEach(async () => {
  s = await Shelves.open();
  ({ w } = s);
});
afterEach(async () => s.close());

const leftOf = async (): Promise<number> => {
  for await (const { version } of w.store.read('group-g')) return version;
  return 0;
};
/** One whose whole history is sealed, with a snapshot from before that. */
async function sealed(store = s.store()): Promise<Server> {
  const { server } = await s.start('s1', store);
  await w.ledPair(server);
  await server.do(to.taint('b'));
  await server.node['snapshots'].save();
  return server;
}

it('where no snapshot can be written the one that names people goes, and so does their history', async () => {
  const one = await sealed();
  const file = s.filesOf('s1')('snapshot');
  expect(existsSync(file)).toBe(true);
  one.node['snapshots']['write'] = async () => Promise.reject(new Error('ENOSPC: no space left'));
  const { upTo } = await w.seal(one);
  await until('it is let go of', async () => {
    await w.pass(50);
    return (await leftOf()) === upTo + 1;
  });
  expect(existsSync(file)).toBe(false);
  expect(one.problems).toEqual([expect.stringContaining('no snapshot could be written')]);
});

it('while history cannot be let go of, snapshots are not written anew for it each time', async () => {
  const one = await sealed(
    Object.assign(s.store(), { truncate: async () => Promise.reject(new Error('denied')) }),
  );
  const drop = s.shelf.drop.bind(s.shelf);
  let drops = 0;
  s.shelf.drop = async (position) => {
    drops++;
    return drop(position);
  };
  await w.seal(one);
  await w.pass(45_000);
  expect([drops, one.problems]).toEqual([1, [expect.stringContaining('trying again: denied')]]);
  await w.seal(one); // sealed once more, it is to be done once more
  await w.pass(12_000);
  expect(drops).toBe(2);
});
