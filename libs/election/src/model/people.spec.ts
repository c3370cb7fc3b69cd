import { expect, it } from '@jest/globals';
import { reasonInWords } from './people.js';

it.each([
  [null, null],
  ['release 7', 'release 7'],
  ['done\nnow: led, "r9" in term\t99\r\n', 'done now: led, "r9" in term 99 '],
  [`#${'a'.repeat(64)}`, 'a forgotten reason'],
])('a reason is told on one line: %j', (reason, words) => {
  expect(reasonInWords(reason)).toBe(words);
});
