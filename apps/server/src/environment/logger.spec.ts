import { expect, it } from '@jest/globals';
import { pino } from 'pino';
import { forPeople } from './logger.js';

it('at a terminal no text acts on it, neither of the words nor of what stands beside them', async () => {
  let told = '';
  const stream = forPeople({ write: (text: string) => void (told += text) });
  const hostile = 'ana\u202enimda \u009b31m\u001b[2J';
  pino(stream).warn({ subject: hostile, groups: [{ name: hostile }] }, `refused "${hostile}"`);
  stream.end();
  while (!told.endsWith('\n')) await new Promise(setImmediate);
  // oxlint-disable-next-line no-control-regex
  const plain = told.replaceAll(/\u001b\[\d+(;\d+)*m/g, ''); // its own colours
  // oxlint-disable-next-line no-control-regex
  expect(plain).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/);
  expect(plain).toContain('refused "ana\\u202enimda \\u009b31m\\u001b[2J"');
  expect(plain.match(/ana\\u202enimda/g)).toHaveLength(3);
});
