import { isDeepStrictEqual } from 'node:util';
import { deserialize, serialize } from 'node:v8';
import { expect, it } from '@jest/globals';
import { advance, newHead } from '@conclave/election';
import { historyOf, storiesOf } from '@conclave/testing';
import { packHead, unpackHead, type PackedHead } from './packed-head.js';

/** What Node makes has other classes here than what the test makes: of both, Node makes a copy. */
const copyOf = (head: object): unknown => deserialize(serialize(head));

it('a head is the same after a snapshot, at every event of any history', () => {
  const seen = { heads: 0, runners: 0, terms: 0 };
  for (const story of storiesOf(11, 40)) {
    let head = newHead('g');
    for (const event of historyOf(story)) {
      head = advance(head, event);
      const { runners, recentTerms } = head.state;
      const read = unpackHead(deserialize(serialize(packHead(head))) as PackedHead);
      expect(isDeepStrictEqual(copyOf(read), copyOf(head))).toBe(true);
      expect([...read.state.runners.keys()]).toEqual([...runners.keys()]); // seniority is their order
      seen.heads++;
      seen.runners = Math.max(seen.runners, runners.size);
      seen.terms = Math.max(seen.terms, recentTerms.length);
    }
  }
  expect(seen.heads).toBeGreaterThan(500);
  expect([seen.runners > 2, seen.terms > 5]).toEqual([true, true]);
});
