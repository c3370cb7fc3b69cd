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

  it.each([
    ['is missing', (history: ReturnType<typeof historyOf>) => history.toSpliced(3, 1), [4]],
    [
      'stands there twice',
      (history: ReturnType<typeof historyOf>) => history.toSpliced(3, 0, history[3]!),
      [5],
    ],
  ])('an event that %s is told once, not with each that follows', (_, edited, at) => {
    const history = storiesOf(1, 1)
      .map((story) => historyOf(story))
      .find(({ length }) => length > 10)!;
    const { violations } = verified(edited(history));
    expect(violations.filter(({ rule }) => rule === 'sequence').map(({ version }) => version)).toEqual(at);
  });
});
