import { expect, it } from '@jest/globals';
import { LateRenewals } from './lease-limits.js';

it('a lease that is always renewed late is handed back; what was long ago does not count', () => {
  const late = new LateRenewals({ grantMs: () => 3_000 });
  expect([0, 1_600, 3_200, 4_800].map((ms) => late.isToLeadOn(ms))).toEqual([true, true, true, false]);
  const seldom = new LateRenewals({ grantMs: () => 3_000 });
  expect([0, 1, 2, 3, 4].map((n) => seldom.isToLeadOn(n * 13_000))).toEqual(Array(5).fill(true));
});
