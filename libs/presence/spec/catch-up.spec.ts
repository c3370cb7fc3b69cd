import { expect, it } from '@jest/globals';
import { Groups } from '@conclave/election';
import { inc } from '@conclave/processes';
import { CatchUp } from '../src/answers/catch-up.js';

/** A server that knows nothing, with a store that answers when the test says so. */
function world() {
  const reads: string[] = [];
  const answers: (() => void)[] = [];
  const headOf = async (group: string) => {
    reads.push(group);
    await new Promise<void>((resolve) => answers.push(resolve));
    return { version: 0, position: '0' };
  };
  const catchUp = new CatchUp(
    new Groups(),
    headOf,
    async () => true,
    async () => undefined,
  );
  const ask = async (group: string) => catchUp.toHead({ group, runner: 'r', incarnation: inc('r') });
  const answer = async () => {
    for (let turn = 0; turn < 20; turn++) {
      for (const resolve of answers.splice(0)) resolve();
      await new Promise(setImmediate);
    }
  };
  return { reads, ask, answer };
}
const begun = async () => new Promise(setImmediate);

it('who asks about the same group shares what is read of it, but for a read that began before', async () => {
  const { reads, ask, answer } = world();
  const first = ask('g');
  await begun();
  const others = Array.from({ length: 1_000 }, async () => ask('g'));
  await begun();
  expect(reads).toEqual(['g', 'g']);
  await answer();
  await Promise.all([first, ...others]);
  expect(reads.length).toBeLessThanOrEqual(6); // each is read once more, as nobody knew it
});

it('few groups are read at a time, and of very many the rest is refused at once: leaders are heard meanwhile', async () => {
  const { reads, ask, answer } = world();
  const asked = Array.from({ length: 1_000 }, async (_, n) => ask(`g${n}`));
  await begun();
  expect(reads).toHaveLength(8);
  const settled = Promise.allSettled(asked);
  const refused = asked.slice(300);
  for (const one of refused) await expect(one).rejects.toMatchObject({ code: 'not-ready' });
  for (let n = 0; n < 10; n++) await answer();
  expect((await settled).filter(({ status }) => status === 'fulfilled').length).toBeGreaterThan(100);
});
