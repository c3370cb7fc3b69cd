import { describe, expect, it } from '@jest/globals';
import { DEFAULT_SETTINGS, MAX_RUNNERS, type ElectionCommand } from '@conclave/election';
import { AT, atPlus, given, inc, on, verdict } from '@conclave/testing';

const register = (runner: string, more: Partial<Extract<ElectionCommand, { type: 'RegisterRunner' }>> = {}): ElectionCommand =>
  ({ type: 'RegisterRunner', runner, incarnation: inc(runner), ready: false, previousExited: null, ...more });
const activate = (runner: string, more = {}): ElectionCommand =>
  ({ type: 'ActivateRunner', runner, incarnation: inc(runner), heardAtVersion: 99, lastSeenAt: null, silentMs: null, ...more });
const silence = { lastSeenAt: null, silentMs: 20_000, leaseMs: 15_000, deafMs: 0 };
const silent = (runner: string, term: number | null = null, more = {}): ElectionCommand =>
  ({ type: 'ReportSilence', runner, incarnation: inc(runner), term, evidence: 'silence', ...silence, ...more });
const expired = (term: number, more = {}): ElectionCommand => ({ type: 'ReportLeaseExpired', term, ...silence, ...more });
const release = (runner: string, term: number, life = 1): ElectionCommand =>
  ({ type: 'ReleaseLeadership', runner, incarnation: inc(runner, life), term });
const resign = (runner: string, term: number, cooldownMs: number | null = null): ElectionCommand =>
  ({ type: 'ResignLeadership', runner, incarnation: inc(runner), term, cooldownMs });
const taint = (runner: string, effect: 'NoLead' | 'NoElect' | 'PreferNoLead' = 'NoLead', key = 'k'): ElectionCommand =>
  ({ type: 'TaintRunner', runner, key, effect });
const untaint = (runner: string, key = 'k'): ElectionCommand => ({ type: 'UntaintRunner', runner, key, cause: 'request' });
const deregister = (runner: string, incarnation: string | null = null): ElectionCommand => ({ type: 'DeregisterRunner', runner, incarnation });
const configure = (settings: object): ElectionCommand => ({ type: 'ConfigureGroup', settings });

/** a leads term 1, b stands by; both active. */
const led = (settings = {}) => [
  on.configured(settings), on.registered('a'), on.activated('a'), on.elected('a', 1), on.registered('b'), on.activated('b'),
];
const bothVerdicts = [verdict('a', 'chosen', 1), verdict('b', 'seniority', 2)];
const bAfter = (a: ReturnType<typeof verdict>) => [a, verdict('b', 'chosen', 1)];
const previousA = { runner: 'a', term: 1 };

describe('RegisterRunner', () => {
  it('creates the group, the runner is pending', () =>
    given().when(register('a', { platform: 'local', labels: { x: '1' }, priority: 3 }))
      .then(on.configured(), on.registered('a', { platform: 'local', labels: { x: '1' }, priority: 3 })));
  it('ready: active at once and elected', () =>
    given().when(register('a', { ready: true })).then(on.configured(), on.registered('a', { ready: true }),
      on.elected('a', 1, { verdicts: [verdict('a', 'chosen', 1)] })));
  it('is idempotent', () => given(...led()).when(register('a')).thenNothing());
  it('records changed attributes, keeps those left out', () =>
    given(on.configured(), on.registered('a', { labels: { x: '1' }, priority: 2 })).when(register('a', { platform: 'p' }))
      .then({ ...on.restarted('a', 2), event: { type: 'RunnerUpdated', data: { runner: 'a', platform: 'p', labels: { x: '1' }, priority: 2 } } }));
  it('ready on a pending runner activates it', () =>
    given(on.configured(), on.registered('a')).when(register('a', { ready: true }))
      .then(on.activated('a'), on.elected('a', 1, { verdicts: [verdict('a', 'chosen', 1)] })));
  it('a new incarnation of a standby keeps seniority and becomes pending', () => {
    const { after, ...w } = given(...led()).when(register('b', { incarnation: inc('b', 2) }));
    w.then(on.restarted('b', 2));
    expect(after.runners.get('b')).toMatchObject({ seniority: 5, status: 'pending', incarnation: inc('b', 2), past: [inc('b')] });
  });
  it('a new incarnation of the leader revokes and waits for the old lease', () => // §5.11
    given(...led()).when(register('a', { incarnation: inc('a', 2) })).then(on.restarted('a', 2),
      on.revoked('a', 1, 'superseded', { successor: 'b', verdicts: bAfter(verdict('a', 'pending', null, { incarnation: inc('a', 2) })) })));
  it('previousExited ends the term at once', () =>
    given(...led()).when(register('a', { incarnation: inc('a', 2), previousExited: inc('a') })).then(
      on.restarted('a', 2, { previousExited: true }), on.ended('a', 1, 'superseded'),
      on.elected('b', 2, { cause: 'superseded', previous: previousA, verdicts: bAfter(verdict('a', 'pending', null, { incarnation: inc('a', 2) })) })));
  it('previousExited about another incarnation vouches for nothing', () =>
    given(...led()).when(register('a', { incarnation: inc('a', 2), previousExited: inc('a', 7) })).then(on.restarted('a', 2),
      on.revoked('a', 1, 'superseded', { successor: 'b', verdicts: bAfter(verdict('a', 'pending', null, { incarnation: inc('a', 2) })) })));
  it('a supervisor may vouch later, for the incarnation that the handover waits for', () =>
    given(...led(), on.restarted('a', 2), on.revoked('a', 1, 'superseded')).when(register('a', { incarnation: inc('a', 2), previousExited: inc('a') }))
      .then(on.ended('a', 1, 'superseded'),
        on.elected('b', 2, { cause: 'superseded', previous: previousA, verdicts: bAfter(verdict('a', 'pending', null, { incarnation: inc('a', 2) })) })));
  it('in a fenced group the term ends at once', () =>
    given(...led({ failover: 'fenced' })).when(register('a', { incarnation: inc('a', 2) })).then(on.restarted('a', 2), on.ended('a', 1, 'superseded'),
      on.elected('b', 2, { cause: 'superseded', failover: 'fenced', previous: previousA, verdicts: bAfter(verdict('a', 'pending', null, { incarnation: inc('a', 2) })) })));
  it('refuses a past incarnation', () =>
    given(on.configured(), on.registered('a'), on.restarted('a', 2)).when(register('a')).thenRefused('incarnation-superseded', /fresh incarnation/));
  it('refuses itself as previousExited', () => given().when(register('a', { previousExited: inc('a') })).thenRefused('invalid-request'));
  it(`refuses runner ${MAX_RUNNERS + 1}`, () => {
    const full = Array.from({ length: MAX_RUNNERS }, (_, n) => on.registered(`r${n}`));
    given(on.configured(), ...full).when(register('a')).thenRefused('invalid-request', /1000 runners/);
  });
});

describe('ActivateRunner', () => {
  it('elects in a vacant group', () =>
    given(on.configured(), on.registered('a')).when(activate('a')).then(on.activated('a'), on.elected('a', 1, { verdicts: [verdict('a', 'chosen', 1)] })));
  it('does not displace a leader: an older runner that comes back waits (failback never)', () =>
    given(on.configured(), on.registered('a'), on.registered('b'), on.activated('b'), on.elected('b', 1)).when(activate('a')).then(on.activated('a')));
  it('failback always: the older one is handed the lead, break before make', () =>
    given(on.configured({ failback: 'always' }), on.registered('a'), on.registered('b'), on.activated('b'), on.elected('b', 1)).when(activate('a'))
      .then(on.activated('a'), on.revoked('b', 1, 'failback', { successor: 'a', verdicts: bothVerdicts })));
  it('ignores other incarnations, active runners and unknown ones', () => {
    given(...led()).when(activate('b')).thenNothing();
    given(...led()).when(activate('x')).thenNothing();
    given(on.configured(), on.registered('a')).when(activate('a', { incarnation: inc('a', 2) })).thenNothing();
  });
  it('a beat heard before the runner was given up revives nobody', () => { // §5.2
    const missed = [...led(), on.missed('b')];
    given(...missed).when(activate('b', { heardAtVersion: 6 })).thenNothing();
    given(...missed).when(activate('b', { heardAtVersion: 7 })).then(on.activated('b'));
  });
});

describe('silence and lease end', () => {
  it('a silent standby is no candidate any more', () => given(...led()).when(silent('b')).then(on.missed('b')));
  it('silence of the leader of a lease group does nothing: only its lease end counts', () => given(...led()).when(silent('a', 1)).thenNothing()); // §5.5
  it('lease end elects the next in the same append', () =>
    given(...led()).when(expired(1)).then(on.missed('a'), on.ended('a', 1, 'heartbeat-missed'),
      on.elected('b', 2, { cause: 'heartbeat-missed', previous: previousA, verdicts: bAfter(verdict('a', 'silent')) })));
  it('lease end of a leader that still beats is no silence', () =>
    given(...led()).when(expired(1, { silentMs: 100 })).then(on.ended('a', 1, 'lease-expired'),
      on.elected('b', 2, { cause: 'lease-expired', previous: previousA, verdicts: [verdict('a', 'unsettled', 2), verdict('b', 'chosen', 1)] })));
  it('lease end in a handover', () =>
    given(...led(), on.tainted('a'), on.revoked('a', 1, 'tainted')).when(expired(1)).then(on.missed('a'), on.ended('a', 1, 'lease-expired'),
      on.elected('b', 2, { cause: 'lease-expired', previous: previousA, verdicts: bAfter(verdict('a', 'silent')) })));
  it('a late report about another term does nothing', () => given(...led()).when(expired(2)).thenNothing());
  it('nobody left: leaderless is recorded with every verdict', () =>
    given(...led(), on.missed('b')).when(expired(1)).then(on.missed('a'), on.ended('a', 1, 'heartbeat-missed'),
      on.leaderless(1, 'heartbeat-missed', [verdict('a', 'silent'), verdict('b', 'silent')])));
  it('a fenced leader is replaced on evidence, of its own term only', () => {
    const group = led({ failover: 'fenced' });
    given(...group).when(silent('a', 1, { evidence: 'connection-lost' })).then(on.missed('a', { evidence: 'connection-lost' }), on.ended('a', 1, 'heartbeat-missed'),
      on.elected('b', 2, { cause: 'heartbeat-missed', failover: 'fenced', previous: previousA, verdicts: bAfter(verdict('a', 'silent')) }));
    given(...group).when(silent('a', null)).thenNothing();
    given(...group).when(silent('a', 7)).thenNothing();
  });
  it('silence of pending, silent, unknown or other incarnations is no news', () => {
    given(on.configured(), on.registered('a')).when(silent('a')).thenNothing();
    given(...led(), on.missed('b')).when(silent('b')).thenNothing();
    given(...led()).when(silent('x')).thenNothing();
    given(...led()).when(silent('b', null, { incarnation: inc('b', 2) })).thenNothing();
  });
});

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
