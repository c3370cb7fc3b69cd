import assert from 'node:assert/strict'; // in loops: `expect` takes 30 µs each time
import { describe, it } from '@jest/globals';
import {
  decide,
  GONE_AFTER_MS,
  isoOfMs,
  nextDeadlineMs,
  outranks,
  ranking,
  type GroupState,
  type Taint,
} from '@conclave/election';
import { applied, holds } from './laws.fixture.js';

const YEAR_MS = 365 * 86_400_000;

const reconcile = (state: GroupState, at: string) => {
  const occasion = { at, actor: 'system:deadlines', reason: null, commandId: 'test' };
  const decision = decide({ type: 'Reconcile', cause: 'reconciled' }, state, occasion);
  return 'events' in decision ? decision.events : [];
};

/** As it is once everything that is due then is done. */
function settledAt(state: GroupState, at: string): GroupState {
  let settled = state;
  for (let round = 0; round < 100; round++) {
    const events = reconcile(settled, at);
    if (events.length === 0) return settled;
    settled = events.reduce((s, event) => applied(s, event, at), settled);
  }
  throw new Error('it never comes to rest');
}

type Ending = Pick<Taint, 'expiresAt'> & Partial<Pick<Taint, 'until'>>;

const isOver = ({ expiresAt, until }: Ending, { runners }: GroupState, at: string): boolean => {
  if (expiresAt !== null && expiresAt <= at) return true;
  if (!until) return false;
  const runner = runners.get(until.runnerGone);
  if (!runner) return true;
  const { silentMs = GONE_AFTER_MS } = until;
  return runner.awaySince !== null && Date.parse(runner.awaySince) + silentMs <= Date.parse(at);
};

/** Every state of a story that is a group, with nothing left to do at its instant. */
const settledStates = (check: (state: GroupState, at: string) => void) =>
  holds((moments) => {
    for (const { after, at } of moments)
      if (after.version > 0 && !after.deleted) check(settledAt(after, at), at);
  });

describe('laws of what time alone does', () => {
  it('nothing is due before the next deadline', () => {
    settledStates((state, at) => {
      const next = nextDeadlineMs(state, Date.parse(at));
      const before = next === null ? Date.parse(at) + 9 * YEAR_MS : next - 1;
      assert.deepEqual(reconcile(state, isoOfMs(before)), []);
    });
  });

  it('at the next deadline nothing is left that should have ended', () => {
    settledStates((state, at) => {
      const next = nextDeadlineMs(state, Date.parse(at));
      if (next === null) return;
      const then = isoOfMs(next);
      const settled = settledAt(state, then);
      const { runners, pin, pause, proposals } = settled;
      const endings = [...[...runners.values()].flatMap((r) => r.taints), pin, pause, ...proposals];
      assert.deepEqual(
        endings.filter((e) => e && isOver(e, settled, then)),
        [],
      );
    });
  });

  it('with failback nobody who may be elected comes before a leader that was not put there', () => {
    settledStates((state, at) => {
      const { leadership, settings, pause, runners } = state;
      if (!leadership || leadership.handover || leadership.isTransferred || pause) return;
      if (settings.failback !== 'always') return;
      const leader = runners.get(leadership.runner)!;
      assert.deepEqual(
        ranking(state, at).filter((r) => outranks(r, leader, state, at)),
        [],
      );
    });
  });
});
