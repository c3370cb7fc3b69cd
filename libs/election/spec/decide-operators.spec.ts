import { describe, expect, it } from '@jest/globals';
import type { ElectionCommand } from '@conclave/election';
import { inc } from '@conclave/processes';
import { atPlus, bAfter, bothVerdicts, given, led, on, previousA, to, verdict } from '@conclave/testing';

const forever = { expiresAt: null, ttlMs: null, until: null };
const pin = (runner: string, mode: 'strict' | 'prefer' = 'strict', more = {}): ElectionCommand => ({
  type: 'PinLeader',
  runner,
  mode,
  ...forever,
  ...more,
});
const pause = (more = {}): ElectionCommand => ({
  type: 'PauseElections',
  expiresAt: null,
  ttlMs: null,
  ...more,
});
const tick: ElectionCommand = { type: 'Reconcile', cause: 'cooldown-over' };

describe('pins', () => {
  it('strict: another leader is revoked; only the pinned one is elected', () => {
    const verdicts = [verdict('a', 'pinned-out'), verdict('b', 'chosen', 1)];
    given(...led())
      .when(pin('b'))
      .then(on.pinned('b', 'strict'), on.revoked('a', 1, 'pinned', { successor: 'b', verdicts }));
    given(...led(), on.pinned('b', 'strict'), on.revoked('a', 1, 'pinned'))
      .when(to.release('a', 1))
      .then(
        on.ended('a', 1, 'released'),
        on.elected('b', 2, { cause: 'released', previous: previousA, verdicts }),
      );
  });
  it('strict on a silent runner leaves the group without leader', () =>
    given(...led(), on.missed('b'), on.pinned('b', 'strict'), on.revoked('a', 1, 'pinned'))
      .when(to.release('a', 1))
      .then(
        on.ended('a', 1, 'released'),
        on.leaderless(1, 'released', [verdict('a', 'pinned-out'), verdict('b', 'silent')]),
      ));
  it('prefer: leads when it is eligible, fails over, comes back', () => {
    given(...led(), on.missed('b'))
      .when(pin('b', 'prefer'))
      .then(on.pinned('b', 'prefer'));
    given(...led(), on.missed('b'), on.pinned('b', 'prefer'))
      .when(to.activate('b'))
      .then(
        on.activated('b'),
        on.revoked('a', 1, 'pinned', {
          successor: 'b',
          verdicts: [verdict('a', 'prefer-pin', 2), verdict('b', 'chosen', 1)],
        }),
      );
  });
  it('prefer: a handover to it may be forced, but not past it: it would take the lead back at once', () => {
    const handingOver = [
      ...led(),
      on.registered('c', { ready: true }),
      on.pinned('b', 'prefer'),
      on.revoked('a', 1, 'pinned'),
    ];
    const forced = (target: string | null): ElectionCommand => ({
      type: 'TransferLeadership',
      transfer: inc('x'),
      to: target,
      force: true,
      deadlineMs: null,
    });
    given(...handingOver)
      .when(forced('c'))
      .thenRefused('runner-ineligible', /"b" is pinned \(prefer\).*Lift the pin/);
    for (const target of ['b', null])
      expect(given(...handingOver).when(forced(target)).events).toMatchObject([
        { type: 'TransferRequested' },
        { type: 'LeadershipEnded', data: { cause: 'forced' } },
        { type: 'LeaderElected', data: { runner: 'b' } },
        { type: 'TransferEnded', data: { outcome: 'completed' } },
      ]);
  });
  it('unpin elects in a vacant group; an absent pin is nothing; the same pin again is nothing', () => {
    given(on.configured(), on.registered('a', { ready: true }), on.registered('b'), on.pinned('b', 'strict'))
      .when({ type: 'UnpinLeader' })
      .then(
        on.unpinned('b', 'strict', 'request'),
        on.elected('a', 1, {
          cause: 'unpinned',
          verdicts: [verdict('a', 'chosen', 1), verdict('b', 'pending')],
        }),
      );
    given(...led())
      .when({ type: 'UnpinLeader' })
      .thenNothing();
    given(...led(), on.pinned('a', 'strict'))
      .when(pin('a'))
      .thenNothing();
    given(...led())
      .when(pin('x'))
      .thenRefused('runner-unknown');
  });
  it('ends by itself', () =>
    given(...led(), on.pinned('a', 'strict', { expiresAt: atPlus(10) }))
      .when(tick, { at: atPlus(10) })
      .then(on.unpinned('a', 'strict', 'expired')));
});

describe('pause', () => {
  it('a leader stays; nobody is elected; the vacancy says paused', () => {
    given(...led())
      .when(pause())
      .then(on.paused());
    const vacant = given(...led(), on.paused()).when(to.release('a', 1));
    expect(vacant.events).toMatchObject([
      { type: 'LeadershipEnded' },
      { type: 'GroupLeaderless', data: { paused: true, afterTerm: 1 } },
    ]);
  });
  it('a pin waits for the pause; a NoLead taint does not', () => {
    given(...led(), on.paused())
      .when(pin('b'))
      .then(on.pinned('b', 'strict'));
    expect(
      given(...led(), on.paused())
        .when(to.taint('a'))
        .events.map((e) => e.type),
    ).toEqual(['RunnerTainted', 'LeadershipRevoked']);
  });
  it('resume, or its end, elects and carries out what waited', () => {
    const vacant = [
      ...led(),
      on.paused(atPlus(50)),
      on.ended('a', 1, 'released'),
      on.leaderless(1, 'released', []),
    ];
    const elected = on.elected('a', 2, { cause: 'resumed', previous: previousA, verdicts: bothVerdicts });
    given(...vacant)
      .when({ type: 'ResumeElections' })
      .then(on.resumed('request'), elected);
    given(...vacant)
      .when(tick, { at: atPlus(50) })
      .then(on.resumed('expired'), elected);
    given(...led(), on.paused(), on.pinned('b', 'strict'))
      .when({ type: 'ResumeElections' })
      .then(
        on.resumed('request'),
        on.revoked('a', 1, 'pinned', { successor: 'b', verdicts: bAfter(verdict('a', 'pinned-out')) }),
      );
    given(...led())
      .when({ type: 'ResumeElections' })
      .thenNothing();
  });
});
