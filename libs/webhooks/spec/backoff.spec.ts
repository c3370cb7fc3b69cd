import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { askedMs, restMs } from '../src/index.js';

describe('backoff', () => {
  it('grows from a second to five minutes, and never forgets to rest', () => {
    expect([1, 2, 3, 9, 10, 1_000].map((tries) => restMs(tries, 1, null))).toEqual([
      1_000, 2_000, 4_000, 256_000, 300_000, 300_000,
    ]);
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 1e6 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (tries, random) => {
          const ms = restMs(tries, random, null);
          expect(ms).toBeGreaterThanOrEqual(1_000);
          expect(ms).toBeLessThanOrEqual(300_000);
        },
      ),
    );
  });

  it('a receiver may ask for more, up to an hour, never for less', () => {
    expect(restMs(1, 1, 60_000)).toBe(60_000);
    expect(restMs(9, 1, 1)).toBe(256_000);
    expect(restMs(1, 1, 86_400_000)).toBe(3_600_000);
  });

  it.each([
    ['120', 120_000],
    ['0', 0],
    ['Tue, 24 Nov 2026 12:00:30 GMT', 30_000],
    ['Tue, 24 Nov 2026 11:00:00 GMT', 0],
    ['soon', null],
    [undefined, null],
  ])('Retry-After: %s', (text, ms) => {
    expect(askedMs(text, Date.parse('2026-11-24T12:00:00Z'))).toBe(ms);
  });
});
