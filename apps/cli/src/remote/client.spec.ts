import { expect, it } from '@jest/globals';
import type { LeaderReply } from '@conclave/contract';
import { refusal } from './client.js';

it.each([
  [403, 3],
  [409, 3],
  [500, 3],
  [503, 4],
  [507, 4],
])('what a server refuses with %d ends a command with %d', (status, exitCode) => {
  expect(refusal(status, { code: 'store-full' })).toMatchObject({
    exitCode,
    details: { code: 'store-full' },
  });
});

it.each([
  ['led', 'r', '"r" leads, term 3'],
  ['handover', 'r', 'handover, "r" holds term 3'],
  ['leaderless', null, 'nobody leads, term 3'],
])('a refusal says how it stands: %s', (state, runner, words) => {
  const current = { state, term: 3, leader: runner && { runner } } as unknown as LeaderReply;
  expect(refusal(409, { code: 'group-in-use', detail: 'stop it', current }).message).toBe(
    `group-in-use: stop it Now: ${words}.`,
  );
});
