import { expect, it } from '@jest/globals';
import {
  addToTenures,
  appendsOf,
  areWhole,
  initialState,
  type Append,
  type Tenure,
} from '@conclave/election';
import { historyOf, to, type Story } from '@conclave/testing';
import { packTenures, Tenures } from '@conclave/views';

const step = (waitMs: number, command: Story[number]['command']) => ({ waitMs, command });
/** Two runners that take the lead by turns, so many times: who leads falls silent, and is back. */
async function takenByTurns(times: number): Promise<Append[]> {
  const story: Story = ['a', 'b'].map((runner) => step(0, to.register(runner, { ready: true })));
  for (let term = 1; term <= times; term++) {
    const leader = term % 2 === 1 ? 'a' : 'b';
    story.push(step(60_000, to.expired(term)), step(60_000, to.activate(leader, { heardAtVersion: 1e9 })));
  }
  const appends = [];
  for await (const append of appendsOf(historyOf(story), initialState('g'))) appends.push(append);
  return appends;
}

it('tells the newest terms as they were folded, also those that it has written down', async () => {
  const [kept, all] = [new Tenures(), [] as Tenure[]];
  for (const append of await takenByTurns(260)) {
    kept.changed(append);
    addToTenures(all, append);
    if (all.length % 5 > 0) continue;
    expect(kept.of('g')).toEqual(all.slice(-kept.of('g').length));
    expect(kept.isWhole('g')).toBe(areWhole(kept.of('g')));
    expect(kept.of('g').length).toBeGreaterThanOrEqual(Math.min(all.length, 192));
    expect(kept.of('g').length).toBeLessThanOrEqual(208);
  }
  expect(all.length).toBeGreaterThan(240);
  expect(kept.isWhole('g')).toBe(false);
});

it('what a snapshot was given stays as it was, and is gone on from', async () => {
  const appends = await takenByTurns(60);
  const [kept, restored] = [new Tenures(), new Tenures()];
  for (const append of appends.slice(0, 40)) kept.changed(append);
  const saved = kept.saved();
  const read = new Tenures();
  read.restore(saved.map(packTenures).map(packTenures));
  expect([read.of('g'), read.isWhole('g')]).toEqual([kept.of('g'), kept.isWhole('g')]);
  const text = JSON.stringify(saved);
  for (const append of appends.slice(40)) kept.changed(append);
  expect(JSON.stringify(saved)).toBe(text);
  restored.restore(structuredClone(saved.map(packTenures)));
  for (const append of appends.slice(40)) restored.changed(append);
  expect(restored.of('g')).toEqual(kept.of('g'));
});
