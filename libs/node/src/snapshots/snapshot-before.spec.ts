import { expect, it } from '@jest/globals';
import { inc } from '@conclave/processes';
import { Tenures } from '@conclave/views';
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
  expect(upgrade(28, { ...before, tenures: [] })).toEqual({
    tenures: [],
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

it('terms that are over stand field by field; what is older is not known', () => {
  const row = (term: number, from: string, to: string) => {
    const ms = Date.parse(to) - Date.parse(from);
    const nothing = Array.from({ length: 7 }, () => null);
    return [term, 'a', from, to, ms, null, null, 'released', ...nothing, 0];
  };
  const rows = [
    row(1, '2026-01-01T00:00:00.000Z', '2026-01-01T00:01:00.500Z'),
    row(2, '2026-01-01T00:02:00.000Z', '2026-01-01T00:02:00.000Z'),
  ];
  const before = { answers: [], tenures: [['g', { older: [JSON.stringify(rows)], recent: [] }]] };
  const { tenures, ...others } = upgrade(30, before)!;
  expect(others).toEqual({ answers: [] });
  const restored = new Tenures();
  restored.restore(tenures as ReturnType<Tenures['saved']>);
  expect(restored.of('g').map((tenure) => Object.values(tenure))).toEqual(rows);
  expect(upgrade(29, before)).toBeNull();
});
