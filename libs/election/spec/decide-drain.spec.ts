import { describe, expect, it } from '@jest/globals';
import type { ElectionCommand } from '@conclave/election';
import { atPlus, bothVerdicts, given, led, on, previousA, to } from '@conclave/testing';

const drain = (more = {}): ElectionCommand => ({ type: 'DrainGroup', expiresAt: null, ttlMs: null, ...more });
const resume: ElectionCommand = { type: 'ResumeElections' };
const revoked = on.revoked('a', 1, 'drained', { successor: null, verdicts: bothVerdicts.map((v) => v) });
const drained = () => [...led(), on.paused(), on.revoked('a', 1, 'drained')];

describe('drain', () => {
  it('tells the leader to stop and holds elections, in one append; nobody is named to follow', () => {
    const decision = given(...led()).when(drain());
    expect(decision.events).toMatchObject([
      { type: 'ElectionsPaused', data: { expiresAt: null } },
      { type: revoked.event.type, data: { term: 1, cause: 'drained', successor: null } },
    ]);
  });

  it('when it has stopped nobody follows; resumed, the oldest leads', () => {
    const vacant = given(...drained()).when(to.release('a', 1));
    expect(vacant.events).toMatchObject([
      { type: 'LeadershipEnded', data: { cause: 'released' } },
      { type: 'GroupLeaderless', data: { paused: true } },
    ]);
    const after = given(...drained(), on.ended('a', 1, 'released')).when(resume);
    expect(after.events).toMatchObject([
      { type: 'ElectionsResumed' },
      {
        type: 'LeaderElected',
        data: { term: 2, cause: 'resumed', previous: previousA.runner ? { runner: 'a', term: 1 } : null },
      },
    ]);
  });

  it('resumed while the old leader still works, it is waited for: no two at once', () => {
    // G2
    expect(given(...drained()).when(resume).events).toMatchObject([{ type: 'ElectionsResumed' }]);
    expect(given(...drained(), on.resumed('request')).when(to.release('a', 1)).events).toMatchObject([
      { type: 'LeadershipEnded' },
      { type: 'LeaderElected', data: { term: 2 } },
    ]);
  });

  it('ends by itself', () => {
    const decision = given(...led()).when(drain({ ttlMs: 5_000 }));
    expect(decision.events[0]).toMatchObject({ type: 'ElectionsPaused', data: { expiresAt: atPlus(5_000) } });
    const due = given(
      ...led(),
      on.paused(atPlus(5_000)),
      on.revoked('a', 1, 'drained'),
      on.ended('a', 1, 'released'),
    ).when({ type: 'Reconcile', cause: 'cooldown-over' }, { at: atPlus(5_000) });
    expect(due.events).toMatchObject([
      { type: 'ElectionsResumed', data: { cause: 'expired' } },
      { type: 'LeaderElected', data: { term: 2 } },
    ]);
  });

  it('of a group that nobody leads, or whose leader is to stop already, it is a pause', () => {
    given(...led(), on.revoked('a', 1, 'tainted'))
      .when(drain())
      .then(on.paused());
    given(on.configured(), on.registered('a')).when(drain()).then(on.paused());
    given(...led(), on.paused())
      .when(drain())
      .then(on.paused(), on.revoked('a', 1, 'drained', { successor: null, verdicts: bothVerdicts }));
  });

  it('of a fenced group the leader is out at once, and nobody follows', () => {
    const fenced = [on.configured({ failover: 'fenced' }), ...led().slice(1)];
    expect(
      given(...fenced)
        .when(drain())
        .events.map(({ type }) => type),
    ).toEqual(['ElectionsPaused', 'LeadershipRevoked', 'LeadershipEnded', 'GroupLeaderless']);
  });
});
