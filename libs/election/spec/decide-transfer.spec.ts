import { describe, expect, it } from '@jest/globals';
import { decide, decideAndFold, nextDeadlineMs, type ElectionCommand } from '@conclave/election';
import { inc } from '@conclave/processes';
import { AT, atPlus, given, led, on, to } from '@conclave/testing';

const id = inc('x');
const transfer = (target: string | null = null, more = {}): ElectionCommand => ({
  type: 'TransferLeadership',
  transfer: id,
  to: target,
  force: false,
  deadlineMs: null,
  ...more,
});
const types = (events: { type: string }[]) => events.map((e) => e.type);
const trio = (settings = {}) => [...led(settings), on.registered('c', { ready: true })];
const by = { actor: 'x', reason: null, commandId: 'test' };
const steps = (events: { type: string; data: object }[]): ReturnType<typeof on.configured>[] =>
  events.map((event) => ({ event: event as never, at: AT, actor: 'test', reason: null, commandId: 'test' }));

describe('TransferLeadership', () => {
  it('through handover to the named runner, though another is older: completed', () => {
    const asked = given(...trio()).when(transfer('c'));
    expect(asked.events).toMatchObject([
      {
        type: 'TransferRequested',
        data: { transfer: id, term: 1, from: 'a', to: 'c', force: false, deadline: null },
      },
      { type: 'LeadershipRevoked', data: { cause: 'transfer', successor: 'c', transfer: id } },
    ]);
    const done = given(...trio(), ...steps(asked.events)).when(to.release('a', 1));
    expect(done.events).toMatchObject([
      { type: 'LeadershipEnded' },
      { type: 'LeaderElected', data: { runner: 'c', term: 2 } },
      { type: 'TransferEnded', data: { transfer: id, outcome: 'completed', why: null, leader: 'c' } },
    ]);
    expect(done.after.transfer).toBeNull();
  });
  it('to the next best: not back to the one it leads away from', () => {
    const asked = given(...trio()).when(transfer());
    const done = given(...trio(), ...steps(asked.events)).when(to.release('a', 1));
    expect(done.events).toMatchObject([
      { type: 'LeadershipEnded', data: { term: 1, runner: 'a', cause: 'released' } },
      { type: 'LeaderElected', data: { term: 2, runner: 'b' } },
      { type: 'TransferEnded', data: { outcome: 'completed', leader: 'b' } },
    ]);
  });
  it('the target dies meanwhile: aborted, and somebody leads', () => {
    const asked = given(...trio()).when(transfer('c'));
    const done = given(...trio(), ...steps(asked.events), on.missed('c', { incarnation: inc('c') })).when(
      to.release('a', 1),
    );
    expect(done.events).toMatchObject([
      { type: 'LeadershipEnded', data: { term: 1, runner: 'a', cause: 'released' } },
      { type: 'LeaderElected', data: { term: 2, runner: 'b' } },
      { type: 'TransferEnded', data: { outcome: 'aborted', leader: 'b' } },
    ]);
  });
  it('force ends the term at once; so does a fenced group', () => {
    expect(given(...trio()).when(transfer('c', { force: true })).events).toMatchObject([
      { type: 'TransferRequested', data: { from: 'a', to: 'c', force: true } },
      { type: 'LeadershipRevoked', data: { term: 1, runner: 'a', cause: 'transfer' } },
      { type: 'LeadershipEnded', data: { term: 1, runner: 'a', cause: 'forced' } },
      { type: 'LeaderElected', data: { term: 2, runner: 'c', cause: 'forced' } },
      { type: 'TransferEnded', data: { outcome: 'completed', leader: 'c' } },
    ]);
    expect(types(given(...trio({ failover: 'fenced' })).when(transfer('c')).events)).toEqual([
      'TransferRequested',
      'LeadershipRevoked',
      'LeadershipEnded',
      'LeaderElected',
      'TransferEnded',
    ]);
  });
  it('force ends a handover that takes too long, whatever began it; not to another target than the running transfer has', () => {
    const tainted = [...trio(), on.tainted('a'), on.revoked('a', 1, 'tainted')];
    expect(given(...tainted).when(transfer('c', { force: true })).events).toMatchObject([
      { type: 'TransferRequested', data: { to: 'c', force: true } },
      { data: { cause: 'forced' } },
      { data: { runner: 'c', cause: 'forced' } },
      { data: { outcome: 'completed' } },
    ]);
    const asked = steps(given(...trio()).when(transfer('c')).events);
    expect(given(...trio(), ...asked).when(transfer(null, { force: true })).events).toMatchObject([
      { type: 'LeadershipEnded', data: { cause: 'forced' } },
      { data: { runner: 'c' } },
      { type: 'TransferEnded', data: { outcome: 'completed', leader: 'c' } },
    ]);
    given(...trio(), ...asked)
      .when(transfer('b', { force: true }))
      .thenRefused('handover-running', /to "c"/);
    given(...tainted)
      .when(transfer('a', { force: true }))
      .thenRefused('handover-running');
    // whoever forces it is not told to force it
    given(...tainted, on.paused())
      .when(transfer('c', { force: true }))
      .thenRefused('elections-paused', /Resume them/);
  });
  it('in a paused group nobody is named as the next, and the outcome says why', () => {
    const asked = steps(given(...trio()).when(transfer('c')).events);
    const paused = given(...trio(), ...asked, on.paused()).when(to.release('a', 1));
    expect(paused.events).toMatchObject([
      { type: 'LeadershipEnded' },
      { type: 'TransferEnded', data: { outcome: 'aborted', why: 'elections are paused' } },
      { type: 'GroupLeaderless' },
    ]);
    expect(given(...trio(), on.paused()).when(to.taint('a')).events).toMatchObject([
      { type: 'RunnerTainted', data: { runner: 'a' } },
      { type: 'LeadershipRevoked', data: { successor: null } },
    ]);
  });
  it('a condition on the term looks at what is true once what has expired is lifted', () =>
    given(
      ...led(),
      on.tainted('b', 'k', 'NoLead', false, { expiresAt: atPlus(1_000) }),
      on.ended('a', 1, 'resigned', { cooldownUntil: atPlus(60_000) }),
      on.leaderless(1, 'resigned', []),
    )
      .when(to.taint('a'), { at: atPlus(1_000), ifTerm: 1 })
      .thenRefused('term-stale', /is 2/)); // b was elected a moment ago
  it('past its deadline it is expired, once, and the handover goes on', () => {
    const asked = given(...trio()).when(transfer('c', { deadlineMs: 1_000 }));
    expect(nextDeadlineMs(asked.after, Date.parse(AT))).toBe(Date.parse(atPlus(1_000)));
    const late = given(...trio(), ...steps(asked.events)).when(
      { type: 'Reconcile', cause: 'cooldown-over' },
      { at: atPlus(1_000) },
    );
    expect(late.events).toMatchObject([{ type: 'TransferEnded', data: { outcome: 'expired', leader: 'a' } }]);
    expect(late.after.leadership).toMatchObject({ runner: 'a', handover: { cause: 'transfer' } });
    const over = decideAndFold(to.release('a', 1), late.after, { ...by, at: atPlus(2_000) });
    expect(over).toMatchObject({
      events: [{ type: 'LeadershipEnded' }, { type: 'LeaderElected', data: { runner: 'b' } }],
      state: { transfer: null },
    }); // not back to a
  });
  it('refuses what cannot be, changes nothing if the target leads already', () => {
    given(...trio())
      .when(transfer('a'))
      .thenNothing();
    given(...trio())
      .when(transfer('x'))
      .thenRefused('runner-unknown');
    given(...trio(), on.tainted('c'))
      .when(transfer('c'))
      .thenRefused('runner-ineligible', /tainted/);
    given(on.configured(), on.registered('a', { ready: true }), on.elected('a', 1))
      .when(transfer())
      .thenRefused('no-eligible-runner');
    given(on.configured(), on.registered('a'))
      .when(transfer())
      .thenRefused('no-eligible-runner', /nobody leads/);
    given(...trio(), on.paused())
      .when(transfer('c'))
      .thenRefused('elections-paused');
    given(on.configured(), on.registered('a'), on.paused())
      .when(transfer())
      .thenRefused('elections-paused', /nobody leads .*Resume them/);
    given(...trio(), on.tainted('a'), on.revoked('a', 1, 'tainted'))
      .when(transfer('c'))
      .thenRefused('handover-running');
    given(...trio())
      .when(transfer('c'), { ifTerm: 7 })
      .thenRefused('term-stale');
  });
});

describe('transfer in a group that fails back', () => {
  it('the new leader stays, though a better one is there, until its term ends', () => {
    const group = given(...led({ failback: 'always' })).when({
      type: 'TransferLeadership',
      transfer: 't',
      to: 'b',
      force: true,
      deadlineMs: null,
    });
    expect(group.after.leadership).toMatchObject({ runner: 'b', term: 2 });
    const at = atPlus(60_000);
    expect(decide({ type: 'Reconcile', cause: 'reconciled' }, group.after, { ...by, at })).toEqual({
      events: [],
    });
    const released = decide(to.release('b', 2), group.after, { ...by, at: AT });
    expect(released).toMatchObject({
      events: [{ type: 'LeadershipEnded' }, { type: 'LeaderElected', data: { runner: 'a', term: 3 } }],
    });
  });
  it('away from a runner that a pin prefers is refused: it would come back at once', () => {
    const pinned = [...led(), on.pinned('a', 'prefer')];
    given(...pinned)
      .when(transfer('b'))
      .thenRefused('runner-ineligible', /pinned \(prefer\) by test.*Lift the pin/);
    given(...pinned)
      .when(transfer())
      .thenRefused('no-eligible-runner', /Lift the pin/);
    const pin = { ...on.pinned('a', 'prefer'), actor: `operator:#${'0'.repeat(64)}` };
    given(...led(), pin)
      .when(transfer('b'))
      .thenRefused('runner-ineligible', /by a forgotten person and/);
  });
});
