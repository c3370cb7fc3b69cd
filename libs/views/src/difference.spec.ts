import { expect, it } from '@jest/globals';
import type { AsOfReply } from '@conclave/contract';
import { differencesOf } from './difference.js';

const said = { actor: 'operator:ana', reason: 'p', since: '2026-11-24T12:00:00.000Z' };
const then = (expiresAt: string | null, silentMs?: number) => {
  const until = silentMs === undefined ? null : { runnerGone: 'b', silentMs };
  const pin = { ...said, runner: 'a', mode: 'prefer', expiresAt, until };
  const taint = { ...said, key: 'disk', effect: 'NoLead', expiresAt, until };
  const runner = { runner: 'a', incarnation: 'i', status: 'active', taints: [taint] };
  const group = { state: 'led', leader: { runner: 'a' }, term: 1, settings: {}, pin };
  return { group: { ...group, pause: { ...said, expiresAt } }, runners: [runner] } as unknown as AsOfReply;
};

it('how long a pause, a pin or a taint lasts is told when it is otherwise', () => {
  const [a, b] = ['2026-11-24T13:00:00.000Z', '2026-11-24T14:00:00.000Z'];
  expect(differencesOf(then(a), then(b))).toEqual([
    {
      what: 'pause',
      before: `paused by operator:ana: p, until ${a}`,
      after: `paused by operator:ana: p, until ${b}`,
    },
    {
      what: 'pin',
      before: `a (prefer) by operator:ana: p, until ${a}`,
      after: `a (prefer) by operator:ana: p, until ${b}`,
    },
    {
      what: 'runner a: taint disk',
      before: `NoLead by operator:ana: p, until ${a}`,
      after: `NoLead by operator:ana: p, until ${b}`,
    },
  ]);
  expect(differencesOf(then(null, 1_000), then(null, 2_000)).map(({ after }) => after)).toEqual([
    'a (prefer) by operator:ana: p, until "b" is gone for 2000 ms',
    'NoLead by operator:ana: p, until "b" is gone for 2000 ms',
  ]);
  expect(differencesOf(then(a), then(a))).toEqual([]);
});

it('who was removed and came back is no longer as senior as it was', () => {
  const member = (seniority: number): AsOfReply => {
    const { runners, ...at } = then(null);
    return { ...at, runners: runners.map((runner) => ({ ...runner, seniority })) };
  };
  expect(differencesOf(member(2), member(9))).toEqual([
    { what: 'runner a: seniority', before: '2', after: '9' },
  ]);
});
