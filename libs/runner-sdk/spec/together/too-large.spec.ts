import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { until } from '@conclave/processes';
import { Crowd, leading } from './crowd.fixture.js';

// A proxy between takes bodies of some size only: three beats here.

let crowd: Crowd;
beforeEach(async () => {
  crowd = new Crowd();
  await crowd.listen();
});
afterEach(async () => crowd.close());

const GROUPS = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j'];

it('as many go in one request as are taken, and nobody is told of it', async () => {
  crowd.answer = leading;
  crowd.answerAll = (replies) => {
    crowd.statusOfAll = replies.length > 3 ? 413 : 200;
    return replies.length > 3 ? '<html>' : { replies };
  };
  const problems: string[] = [];
  for (const group of GROUPS) crowd.start(group).on('problem', ({ message }) => problems.push(message));
  const large = () => crowd.letters.filter(({ beats }) => beats.length > 3).length;
  await until('too many went in one', () => large() > 0);
  let [before, from] = [large(), crowd.letters.length];
  await until('they go as they are taken', () => {
    if (large() > before) [before, from] = [large(), crowd.letters.length];
    return crowd.letters.slice(from).filter(({ beats }) => beats.length > 1).length > 20;
  });
  expect(before).toBeLessThan(5); // halved each time
  expect(crowd.runners.every((runner) => runner.mayProcess())).toBe(true);
  expect(problems).toEqual([]);
});
