import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { until } from '@conclave/processes';
import { Crowd, standby } from './crowd.fixture.js';

let [one, two] = [new Crowd(), new Crowd()];
beforeEach(async () => {
  [one, two] = [new Crowd(), new Crowd()];
  await Promise.all([one.listen(), two.listen()]);
});
afterEach(async () => {
  await one.close();
  await two.close();
});

it('those who were not answered together go on together at the next server', async () => {
  for (const server of [one, two]) server.answer = () => ({ ...standby(), heartbeatMs: 50 });
  for (const group of ['a', 'b']) one.start(group, { url: [one.url, two.url] });
  await until('together', () => one.joint('a', 'b'));
  one.hangs = true;
  await until('together there', () => two.joint('a', 'b'));
  const firstOf = (of: string) =>
    two.letters.findIndex(({ beats }) => beats.some(({ group }) => group === of));
  const bothThere = Math.max(firstOf('a'), firstOf('b'));
  const together = two.letters.findIndex(({ isJoint }) => isJoint);
  // the first of each goes alone, and they fall into step again, three beats in ten at a time; alone for a second it would be forty
  expect(together - bothThere).toBeLessThan(25);
});
