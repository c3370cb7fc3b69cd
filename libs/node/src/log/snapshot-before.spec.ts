import { expect, it } from '@jest/globals';
import { inc } from '@conclave/processes';
import { upgrade } from './snapshot-before.js';

it('what was remembered of runners by keys of text stands in one row each; commands stand in pieces', () => {
  const command = { firstVersion: 2, count: 1, requestHash: 'r', actor: 'operator:ana' };
  const commands = new Map([['c1', command]]);
  const before = {
    answers: { answers: [] },
    groups: {
      heads: [
        { hash: 'a', commands },
        { hash: 'b', commands: new Map() },
      ],
      unreadable: [],
    },
    presence: {
      revision: 7,
      seenMs: [
        ['g/a', 1_000],
        ['h/a', 2_000],
      ],
      sequences: [
        [`g/a/${inc('a', 1)}`, 5],
        [`g/a/${inc('a', 2)}`, 1],
        [`g/b/${inc('b')}`, 3],
      ],
    },
  };
  expect(upgrade(before)).toEqual({
    answers: { answers: [] },
    groups: {
      heads: [
        { hash: 'a', commands: [commands] },
        { hash: 'b', commands: [] },
      ],
      unreadable: [],
    },
    presence: {
      revision: 7,
      roll: [
        ['g', 'a', 1_000, inc('a', 1), 5, inc('a', 2), 1],
        ['h', 'a', 2_000],
        ['g', 'b', null, inc('b'), 3],
      ],
    },
  });
});
