import { describe, expect, it } from '@jest/globals';
import { DEFAULT_SETTINGS } from '@conclave/election';
import { AT, atPlus, bAfter, bothVerdicts, given, inc, led, on, previousA, to, verdict } from '@conclave/testing';

const { register, activate, silent, expired, release, resign, taint, untaint, deregister, configure } = to;

describe('taints', () => {
  it('NoLead on the leader revokes it at once, and the group waits for its release', () =>
    given(...led()).when(taint('a')).then(on.tainted('a'),
      on.revoked('a', 1, 'tainted', { successor: 'b', verdicts: bAfter(verdict('a', 'tainted', null, { keys: ['k'] })), key: 'k' })));
  it('in a fenced group the next leads at once', () => {
    const verdicts = bAfter(verdict('a', 'tainted', null, { keys: ['k'] }));
    given(...led({ failover: 'fenced' })).when(taint('a')).then(on.tainted('a'), on.revoked('a', 1, 'tainted', { successor: 'b', verdicts, key: 'k' }),
      on.ended('a', 1, 'fenced'), on.elected('b', 2, { cause: 'fenced', failover: 'fenced', previous: previousA, verdicts }));
  });
  it('NoElect and PreferNoLead let a leader stay', () => {
    given(...led()).when(taint('a', 'NoElect')).then(on.tainted('a', 'k', 'NoElect'));
    given(...led()).when(taint('a', 'PreferNoLead')).then(on.tainted('a', 'k', 'PreferNoLead'));
  });
  it('NoElect is not elected anew; PreferNoLead comes last', () => {
    const base = [on.configured(), on.registered('a', { ready: true }), on.registered('b', { ready: true })];
    given(...base, on.tainted('a', 'k', 'NoElect')).when({ type: 'Reconcile', cause: 'reconciled' }).then(
      on.elected('b', 1, { cause: 'reconciled', verdicts: bAfter(verdict('a', 'tainted', null, { keys: ['k'] })) }));
    given(...base, on.tainted('a', 'k', 'PreferNoLead')).when({ type: 'Reconcile', cause: 'reconciled' }).then(
      on.elected('b', 1, { cause: 'reconciled', verdicts: [verdict('a', 'prefer-no-lead', 2), verdict('b', 'chosen', 1)] }));
  });
  it('a tainted only runner: the group stays leaderless, also when it restarts', () => {
    given(on.configured(), on.registered('a'), on.tainted('a')).when(activate('a')).then(on.activated('a'));
    given(on.configured(), on.registered('a'), on.tainted('a')).when(register('a', { incarnation: inc('a', 2), ready: true })).then(on.restarted('a', 2, { ready: true }));
  });
  it('the same again is nothing; another effect replaces', () => {
    const group = [...led(), on.tainted('b')];
    given(...group).when(taint('b')).thenNothing();
    given(...group).when(taint('b', 'NoElect')).then(on.tainted('b', 'k', 'NoElect', true));
    given(...group).when(taint('b'), { reason: 'other' }).then(on.tainted('b', 'k', 'NoLead', true));
  });
  it('untaint elects in a vacant group', () =>
    given(on.configured(), on.registered('a'), on.tainted('a'), on.activated('a')).when(untaint('a')).then(on.untainted('a'),
      on.elected('a', 1, { cause: 'untainted', verdicts: [verdict('a', 'chosen', 1)] })));
  it('untaint of an absent key is nothing; of one of two keys frees nobody', () => {
    given(...led()).when(untaint('a')).thenNothing();
    given(on.configured(), on.registered('a'), on.activated('a'), on.tainted('a'), on.tainted('a', 'k2')).when(untaint('a')).then(on.untainted('a'));
  });
  it('refuses an unknown runner', () => {
    given(...led()).when(taint('x')).thenRefused('runner-unknown');
    given(...led()).when(untaint('x')).thenRefused('runner-unknown');
  });
});

describe('release and resign', () => {
  const handover = [...led(), on.tainted('a'), on.revoked('a', 1, 'tainted')];
  const tainted = verdict('a', 'tainted', null, { keys: ['k'] });
  it('release in handover elects the successor at once', () =>
    given(...handover).when(release('a', 1)).then(on.ended('a', 1, 'released'), on.elected('b', 2, { cause: 'released', previous: previousA, verdicts: bAfter(tainted) })));
  it('release while led re-elects by the rule', () =>
    given(...led()).when(release('a', 1)).then(on.ended('a', 1, 'released'), on.elected('a', 2, { cause: 'released', previous: previousA, verdicts: bothVerdicts })));
  it('resign cools down for 2 leases', () =>
    given(...led()).when(resign('a', 1)).then(on.ended('a', 1, 'resigned', { cooldownUntil: atPlus(30_000) }),
      on.elected('b', 2, { cause: 'resigned', previous: previousA, verdicts: bAfter(verdict('a', 'cooling-down', null, { until: atPlus(30_000) })) })));
  it('a new process of a runner that resigned itself leads at once; not if somebody vouched for its end and set the cooldown', () => {
    const resigned = (actor: string) => [on.configured(), on.registered('a'), on.activated('a'), on.elected('a', 1), { ...on.ended('a', 1, 'resigned', { cooldownUntil: atPlus(30_000) }), actor }];
    const back = to.register('a', { incarnation: inc('a', 2), ready: true });
    expect(given(...resigned('runner:a')).when(back).events).toMatchObject([{ type: 'RunnerRestarted' }, { type: 'LeaderElected', data: { runner: 'a', term: 2 } }]);
    expect(given(...resigned('operator:ana')).when(back).events).toMatchObject([{ type: 'RunnerRestarted' }]);
    given(...resigned('runner:a')).when(to.register('a', { ready: true })).thenNothing(); // the process that resigned
  });
  it('after the cooldown it is a candidate again', () => {
    const alone = [on.configured(), on.registered('a'), on.activated('a'), on.elected('a', 1), on.ended('a', 1, 'resigned', { cooldownUntil: atPlus(1000) })];
    given(...alone).when({ type: 'Reconcile', cause: 'cooldown-over' }, { at: atPlus(999) }).thenNothing();
    given(...alone).when({ type: 'Reconcile', cause: 'cooldown-over' }, { at: atPlus(1000) }).then(
      on.elected('a', 2, { cause: 'cooldown-over', previous: previousA, verdicts: [verdict('a', 'chosen', 1)] }));
  });
  it('a term already over: nothing changes', () => {
    const over = [...led(), on.ended('a', 1, 'released'), on.elected('b', 2)];
    given(...over).when(release('a', 1)).thenNothing();
    given(...over).when(resign('a', 1)).thenNothing();
  });
  it('refuses terms never begun, terms of others, other incarnations, unknown runners', () => {
    given(...led()).when(release('a', 2)).thenRefused('term-stale', /has not begun/);
    given(...led()).when(release('a', 0)).thenRefused('term-stale');
    given(...led()).when(release('b', 1)).thenRefused('term-stale', /not held by this runner/);
    given(...led(), on.ended('a', 1, 'released'), on.elected('b', 2)).when(release('b', 1)).thenRefused('term-stale');
    given(...led()).when(release('a', 1, 2)).thenRefused('incarnation-superseded');
    given(...led()).when(resign('x', 1)).thenRefused('runner-unknown');
    given().when(release('a', 1)).thenRefused('group-unknown');
  });
});

describe('DeregisterRunner', () => {
  it('of a standby', () => given(...led()).when(deregister('b')).then(on.deregistered('b', 'operator')));
  it('by the leader itself is a promise', () =>
    given(...led()).when(deregister('a', inc('a'))).then(on.deregistered('a', 'runner'), on.ended('a', 1, 'deregistered'),
      on.elected('b', 2, { cause: 'deregistered', previous: previousA, verdicts: [verdict('b', 'chosen', 1)] })));
  it('of the leader by an operator: handover, and its release still counts', () => {
    const { after, ...w } = given(...led()).when(deregister('a'));
    w.then(on.deregistered('a', 'operator'), on.revoked('a', 1, 'deregistered', { successor: 'b', verdicts: [verdict('b', 'chosen', 1)] }));
    expect(after.leadership).toMatchObject({ term: 1, runner: 'a' });
    given(...led(), on.deregistered('a', 'operator'), on.revoked('a', 1, 'deregistered')).when(release('a', 1)).then(on.ended('a', 1, 'released'),
      on.elected('b', 2, { cause: 'released', previous: previousA, verdicts: [verdict('b', 'chosen', 1)] }));
  });
  it('loses seniority: registered again it is the youngest', () => {
    const { after } = given(...led(), on.deregistered('b', 'runner')).when(register('b'));
    expect(after.runners.get('b')!.seniority).toBe(8);
  });
  it('refuses old incarnations and unknown runners', () => {
    given(...led()).when(deregister('a', inc('a', 9))).thenRefused('incarnation-superseded');
    given(...led()).when(deregister('x')).thenRefused('runner-unknown');
  });
});

describe('ConfigureGroup', () => {
  it('creates with defaults, keeps what it does not name, heartbeat follows a third of the lease', () => {
    given().when(configure({})).then(on.configured());
    given(on.configured({ drainMs: 5 })).when(configure({ leaseMs: 3_000 })).then(
      on.configured({ drainMs: 5, leaseMs: 3_000, heartbeatMs: 1_000 }, { ...DEFAULT_SETTINGS, drainMs: 5 }));
  });
  it('a heartbeat set apart stays', () => {
    const own = { leaseMs: 15_000, heartbeatMs: 2_000 };
    given(on.configured(own)).when(configure({ leaseMs: 9_000 })).then(on.configured({ leaseMs: 9_000, heartbeatMs: 2_000 }, { ...DEFAULT_SETTINGS, ...own }));
  });
  it('the same again is nothing', () => given(on.configured()).when(configure({ leaseMs: 15_000 })).thenNothing());
  it('refuses a heartbeat above a third of the lease', () => {
    given().when(configure({ leaseMs: 3_000, heartbeatMs: 1_001 })).thenRefused('settings-invalid', /at most 1000/);
    given(on.configured({ heartbeatMs: 2_000 })).when(configure({ leaseMs: 3_000 })).thenRefused('settings-invalid');
  });
  it('strategy priority elects the highest, then the oldest', () => {
    given(on.configured({ strategy: 'priority' }), on.registered('a', { ready: true }), on.registered('b', { ready: true, priority: 5 }))
      .when({ type: 'Reconcile', cause: 'reconciled' }).then(
        on.elected('b', 1, { cause: 'reconciled', verdicts: [verdict('a', 'priority', 2), verdict('b', 'chosen', 1)] }));
  });
  it('switching failback to always hands over to the better one', () =>
    given(on.configured(), on.registered('a'), on.registered('b'), on.activated('b'), on.elected('b', 1), on.activated('a')).when(configure({ failback: 'always' }))
      .then(on.configured({ failback: 'always' }, DEFAULT_SETTINGS), on.revoked('b', 1, 'failback', { successor: 'a', verdicts: bothVerdicts })));
  it('switching to fenced ends a running handover', () =>
    given(...led(), on.tainted('a'), on.revoked('a', 1, 'tainted')).when(configure({ failover: 'fenced' })).then(
      on.configured({ failover: 'fenced' }, DEFAULT_SETTINGS), on.ended('a', 1, 'fenced'),
      on.elected('b', 2, { cause: 'fenced', failover: 'fenced', previous: previousA, verdicts: bAfter(verdict('a', 'tainted', null, { keys: ['k'] })) })));
});

describe('order of candidates', () => {
  it('a runner whose term ended badly is unsettled until it was active for a lease', () => {
    const group = [...led(), on.missed('a'), on.ended('a', 1, 'heartbeat-missed'), on.elected('b', 2), on.activated('a', atPlus(1000))];
    const again = (at: string) => given(...group).when({ type: 'ReleaseLeadership', runner: 'b', incarnation: inc('b'), term: 2 }, { at });
    expect(again(atPlus(15_999)).events.at(-1)).toMatchObject({ type: 'LeaderElected', data: { runner: 'b', term: 3 } });
    expect(again(atPlus(16_000)).events.at(-1)).toMatchObject({ type: 'LeaderElected', data: { runner: 'a', term: 3 } });
  });
});

describe('conditions', () => {
  it('ifTerm refuses a command aimed at another term', () => {
    given(...led()).when(taint('a'), { ifTerm: 7 }).thenRefused('term-stale', /last term of group "g" is 1/);
    given(...led()).when(taint('b'), { ifTerm: 1, at: AT }).then(on.tainted('b'));
  });
  it('refuses every command but creating ones in an unknown group', () => {
    for (const command of [activate('a'), silent('a'), expired(1), taint('a'), untaint('a'), deregister('a'), resign('a', 1)]) {
      given().when(command).thenRefused('group-unknown');
    }
  });
});
