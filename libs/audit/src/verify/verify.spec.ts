import { describe, expect, it } from '@jest/globals';
import { historyOf, storiesOf } from '@conclave/testing';
import { GroupVerifier } from './verify.js';

const verified = (history: ReturnType<typeof historyOf>) => {
  const verifier = new GroupVerifier('g');
  for (const event of history) verifier.take(event);
  return verifier.finish();
};

describe('verify', () => {
  it('finds nothing in histories that the rule made', () => {
    const histories = storiesOf(1, 600).map((story) => historyOf(story));
    for (const history of histories) {
      expect(verified(history)).toEqual({
        ok: true,
        events: history.length,
        violations: [],
        head: history.at(-1)?.meta.hash ?? '0'.repeat(64),
      });
    }
    expect(histories.flat().length).toBeGreaterThan(10_000);
  });
});
