import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { until } from '@conclave/processes';
import { collect } from '@conclave/testing';
import { register, type Server, type World } from '../node.fixture.js';
import { standing, Watched } from './witnesses.fixture.js';

// What witnesses have not seen yet stays in the log until they have: else they would say that it was dropped.

let h: Watched;
let w: World;
beforeEach(async () => {
  h = await Watched.open();
  w = await h.world();
});
afterEach(() => h.close());

/** All of the history of the group, as `forget` and `delete` do. */
const sealAll = async (s: Server): Promise<number> => (await w.seal(s)).upTo;
const first = async (): Promise<number> => (await collect(w.store.read('group-g')))[0]!.version;
const letGoUpTo = async (upTo: number): Promise<void> => {
  await until('it is gone', async () => {
    await w.pass(11_000);
    return (await first()) === upTo + 1;
  });
};
const cosigned = async (s: Server): Promise<number> =>
  (await s.node.records.checkpoints.witnessed()).witnesses.length;

it('a history that is sealed right after a change is shown to the witness, and then let go of', async () => {
  const s = await h.started(w);
  await s.do(register('a'));
  expect(await cosigned(s)).toBe(1);
  await s.do(register('b')); // it has not seen this
  await letGoUpTo(await sealAll(s));
  await s.do(register('c'));
  expect(await cosigned(s)).toBe(1);
  expect(h.said.join()).not.toContain('REFUSED');
  expect([...s.problems, ...s.defects]).toEqual([]);
});

it('while a witness is away it stays, said once; and goes when that is back', async () => {
  const s = await h.started(w);
  await s.do(register('a'));
  expect(await cosigned(s)).toBe(1);
  await h.witness.close();
  await s.do(register('b'));
  const upTo = await sealAll(s);
  for (let n = 0; n < 3; n++) await w.pass(11_000);
  expect(await first()).toBe(1);
  const kept = s.problems.filter((words) => words.includes('cannot be let go of'));
  expect(kept).toEqual([
    expect.stringMatching(/witness http.* has not co-signed it yet \(it does not answer/),
  ]);
  await h.begin(h.port);
  await letGoUpTo(upTo);
  expect(await cosigned(s)).toBe(1);
  expect(h.said.join()).not.toContain('REFUSED');
});

it('what is gone before a witness has seen it is no tampering: it has to meet the log anew, and says so', async () => {
  const s = await h.started(w);
  await s.do(register('a'));
  expect(await cosigned(s)).toBe(1);
  const other = await h.started(w, [], 's2', w.otherStore()); // one that asks no witness
  await other.do(register('b'));
  await letGoUpTo(await sealAll(other));
  await until('it has read that', () => s.groups.get('g')!.sealed !== null);
  expect(await cosigned(s)).toBe(0);
  expect(standing(s)).toMatchObject([
    {
      why: expect.stringMatching(
        /^it knows "group-g" up to version \d+, and what follows up to \d+ is sealed/,
      ),
    },
  ]);
  expect(h.said.join()).not.toContain('REFUSED');
});
