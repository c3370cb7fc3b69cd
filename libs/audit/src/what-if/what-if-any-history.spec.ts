import { describe, expect, it } from '@jest/globals';
import { sameJson, type Settings, type SettingsPatch } from '@conclave/election';
import { historyOf, storiesOf } from '@conclave/testing';
import { Counterfactual } from './counterfactual.js';
import { factOf } from './hindsight/facts.js';
import { appendsIn, asked } from './what-if.fixture.js';

describe('what if', () => {
  it('nothing were different: exactly what is recorded, event by event, on any history', async () => {
    for (const story of storiesOf(7, 150)) {
      const history = historyOf(story);
      if (history.length < 2) continue;
      const [first, ...rest] = await appendsIn(history);
      const told: { type: string; data: object; at: string }[] = [];
      const world = new Counterfactual(first!.after, {}, [], (events) =>
        told.push(...events.map(({ type, data, at }) => ({ type, data, at }))),
      );
      for (const append of rest) world.takeRecorded(factOf(append), append.events);
      expect(world.hasDiverged).toBe(false);
      const recorded = rest.flatMap((append) =>
        append.events.map(({ type, data, meta: { at } }) => ({ type, data, at })),
      );
      expect(sameJson(told, recorded)).toBe(true);
      expect(sameJson(world.state, rest.at(-1)?.after ?? first!.after)).toBe(true);
      const answer = await asked(history, { settings: {} });
      expect(answer).toMatchObject({ identical: true, limits: [] });
      expect(answer.other).toEqual(answer.recorded);
      const middle = history[Math.floor(history.length / 2)]!.meta.at;
      for (const from of [middle, new Date(Date.parse(middle) + 3_000).toISOString()])
        expect(await asked(history, { settings: {}, from })).toMatchObject({ identical: true });
    }
  });

  it('what was in force all the time: nothing is otherwise, on any history', async () => {
    for (const story of storiesOf(9, 150)) {
      const history = historyOf(story);
      const sets = history.flatMap(({ type, data }) => (type === 'GroupConfigured' ? [data.settings] : []));
      const isProposed = history.some(({ type }) => type === 'OrderProposed');
      if (!sets[0] || isProposed) continue; // what was only proposed would have been another proposal
      const same = Object.entries(sets[0]).filter(([name, value]) =>
        sets.every((one) => sameJson(one[name as keyof Settings], value)),
      );
      for (const settings of [...same.map((one) => [one]), same].map((some) => Object.fromEntries(some)))
        expect({ settings, ...(await asked(history, { settings })) }).toMatchObject({ identical: true });
    }
  });

  it('answers are the same for the same question, and every history has one', async () => {
    const patches: SettingsPatch[] = [
      { failback: 'always' },
      { leaseMs: 60_000 },
      { leaseMs: 2_000, heartbeatMs: 500 },
      { failover: 'fenced' },
      { failover: 'lease' },
      { strategy: 'priority' },
      { damping: {} },
      { damping: null },
    ];
    for (const [i, story] of storiesOf(8, 80).entries()) {
      const history = historyOf(story);
      if (history.length === 0) continue;
      const question = { settings: patches[i % patches.length]! };
      const answer = await asked(history, question);
      expect(await asked(structuredClone(history), question)).toEqual(answer);
      for (const { tenures } of [answer.recorded, answer.other]) {
        tenures.forEach((t, n) => {
          if (n > 0) expect(t.term).toBe(tenures[n - 1]!.term + 1 + t.lostTerms);
        }); // G1 in every world
        expect([...tenures.map((t) => t.from)].sort()).toEqual(tenures.map((t) => t.from));
      }
    }
  });
});
