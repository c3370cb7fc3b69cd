import { describe, expect, it } from '@jest/globals';
import { differencesDigest, type Difference } from './differences.js';

describe('the digest of what is different', () => {
  const one = (group: string, version: number): Difference => ({
    group,
    known: { version: 11, term: 3 },
    found: { version, term: 2 },
  });

  it('is of what was known and of what was found: an empty log is not what somebody saw and accepted', () => {
    expect(differencesDigest(null, [one('g', 0)])).not.toBe(differencesDigest(null, [one('g', 8)]));
    expect(differencesDigest('anchor', [one('g', 8)])).not.toBe(differencesDigest(null, [one('g', 8)]));
  });

  it('is the same in whatever order they are known', () => {
    const [a, b] = [one('a', 1), one('b', 2)];
    expect(differencesDigest(null, [a, b])).toBe(differencesDigest(null, [b, a]));
  });
});
