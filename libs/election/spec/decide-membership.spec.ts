import { describe, expect, it } from '@jest/globals';
import { MAX_RUNNERS } from '@conclave/election';
import { bAfter, bothVerdicts, given, inc, led, on, previousA, to, verdict } from '@conclave/testing';

const { register, activate, silent, expired } = to;

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
  it('a new incarnation of the leader revokes and waits for the old lease', () => // L11
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
  it('a beat heard before the runner was given up revives nobody', () => { // L2
    const missed = [...led(), on.missed('b')];
    given(...missed).when(activate('b', { heardAtVersion: 6 })).thenNothing();
    given(...missed).when(activate('b', { heardAtVersion: 7 })).then(on.activated('b'));
  });
});

describe('silence and lease end', () => {
  it('a silent standby is no candidate any more', () => given(...led()).when(silent('b')).then(on.missed('b')));
  it('silence of the leader of a lease group does nothing: only its lease end counts', () => given(...led()).when(silent('a', 1)).thenNothing()); // L5
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

