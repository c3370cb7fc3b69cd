import { describe, expect, it } from '@jest/globals';
import {
  decide,
  evolve,
  initialState,
  verdictInWords,
  type GroupState,
  type RunnerState,
} from '@conclave/election';
import { Contest, type Need } from '@conclave/audit';
import { historyOf, storiesOf } from '@conclave/testing';
import { electionsIn } from './elections.fixture.js';

const FOR_EVER = { expiresAt: null, until: null };
/**
 * The group as it would be, written down independently of `needs.ts`. What was in force at that moment is so
 * for ever: it must not end in the asking.
 */
function as(state: GroupState, runner: string, needs: readonly Need[]): GroupState {
  const runners = new Map<string, RunnerState>(
    [...state.runners].map(([id, r]) => [id, { ...r, taints: r.taints.map((t) => ({ ...t, ...FOR_EVER })) }]),
  );
  let pin = state.pin && { ...state.pin, ...FOR_EVER };
  let pause = state.pause && { ...state.pause, expiresAt: null };
  for (const need of needs) {
    const own = runners.get(runner)!;
    if (need.kind === 'resume') pause = null;
    if (need.kind === 'active')
      runners.set(runner, { ...own, status: 'active', activeSince: state.lastAt, unsettledSince: null });
    if (need.kind === 'untaint')
      runners.set(runner, { ...own, taints: own.taints.filter((t) => t.key !== need.key) });
    if (need.kind === 'unpin') pin = null;
    if (need.kind === 'wait') runners.set(runner, { ...own, cooldownUntil: null });
    if (need.kind === 'forgive') runners.set(runner, { ...own, silences: [], unsettledSince: null });
    if (need.kind === 'outrank') runners.set(need.runner, { ...runners.get(need.runner)!, status: 'silent' });
  }
  return { ...state, runners, pin, pause, leadership: null };
}
/** Who the real decider elects. */
function elects(state: GroupState, at: string): string | null {
  const decision = decide({ type: 'Reconcile', cause: 'reconciled' }, state, {
    at,
    actor: 'x',
    reason: null,
    commandId: 'test',
  });
  const elected = 'events' in decision ? decision.events.find((e) => e.type === 'LeaderElected') : undefined;
  return elected?.type === 'LeaderElected' ? elected.data.runner : null;
}

describe('explanations', () => {
  it('every election of any history: re-decided it gives the same; with what a loser needs, the decider elects the loser; with less it does not', async () => {
    let losers = 0;
    for (const story of storiesOf(5, 500)) {
      const history = historyOf(story);
      const states = history.reduce<GroupState[]>(
        (all, e) => [...all, evolve(all.at(-1)!, e)],
        [initialState('g')],
      );
      const found = await electionsIn(history);
      expect(found.map((e) => e.term)).toEqual(
        history.flatMap((e) => (e.type === 'LeaderElected' ? [e.data.term] : [])),
      ); // also two in one append
      expect(found.map((e) => e.endCause).filter((c) => c !== null)).toEqual(
        history.flatMap((e) => (e.type === 'LeadershipEnded' ? [e.data.cause] : [])),
      );
      for (const election of found) {
        const event = election.append.find(
          (e) => e.type === 'LeaderElected' && e.data.term === election.term,
        )!;
        const state = states[event.version - 1]!;
        expect(election.standings.map((s) => s.verdict)).toEqual(expect.arrayContaining(election.verdicts));
        for (const { runner, needs, words } of election.standings) {
          expect(elects(as(state, runner, needs), election.at)).toBe(runner);
          expect(needs.length === 0).toBe(runner === election.runner);
          for (const need of needs)
            expect(
              elects(
                as(
                  state,
                  runner,
                  needs.filter((n) => n !== need),
                ),
                election.at,
              ),
            ).not.toBe(runner); // each is needed
          expect(
            words.startsWith(
              verdictInWords(
                election.verdicts.find((v) => v.runner === runner)!,
                state,
              ),
            ),
          ).toBe(true);
          if (needs.length > 0) losers++;
        }
      }
    }
    expect(losers).toBeGreaterThan(500);
  });

  it('at any moment: the same of "why not r now"', () => {
    for (const story of storiesOf(6, 40)) {
      let state = initialState('g');
      for (const event of historyOf(story)) {
        state = evolve(state, event);
        const at = event.meta.at;
        for (const runner of state.runners.keys())
          expect(elects(as(state, runner, new Contest(state, at).needsOf(runner)), at)).toBe(runner);
      }
    }
  });
});
