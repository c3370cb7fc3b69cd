import assert from 'node:assert/strict';
import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  advance,
  advanceBy,
  appendsOf,
  evolve,
  Groups,
  initialState,
  newHead,
  type GroupState,
  type RecordedEvent,
} from '@conclave/election';
import { anyStory, historyOf, type Story } from '@conclave/testing';

const stepByStep = (state: GroupState, events: readonly RecordedEvent[]): GroupState =>
  events.reduce((before, event) => evolve(before, event), state);

const textOf = (state: GroupState): string => JSON.stringify({ ...state, runners: [...state.runners] });

it('a fold of several events comes to what they come to one by one, and changes no state that anybody has seen', async () => {
  let inOne = 0;
  const law = async (story: Story) => {
    const history = historyOf(story);
    const groups = new Groups();
    const kept: { seen: GroupState; as: string }[] = [];
    const keep = (seen: GroupState) => kept.push({ seen, as: textOf(seen) });
    let state = initialState('g');
    for await (const append of appendsOf(history, state)) {
      inOne = Math.max(inOne, append.events.length);
      const live = groups.apply(append.events);
      for (const { before, after } of [append, live]) {
        assert.deepEqual(before, state);
        assert.deepEqual(after, stepByStep(state, append.events));
        keep(after);
      }
      state = append.after;
    }
    for (const { seen, as } of kept) assert.equal(textOf(seen), as);
    const all = history.reduce((head, event) => advance(head, event), newHead('g'));
    assert.deepEqual(advanceBy(newHead('g'), history), all);
  };
  await fc.assert(fc.asyncProperty(anyStory, law), { numRuns: 200 });
  expect(inOne).toBeGreaterThan(3);
});
