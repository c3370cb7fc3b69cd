import { describe, it } from '@jest/globals';
import { inc } from '@conclave/processes';
import { bAfter, given, led, on, previousA, to, verdict } from '@conclave/testing';

const { register, activate, taint, untaint } = to;

describe('taints', () => {
  it('NoLead on the leader revokes it at once, and the group waits for its release', () =>
    given(...led())
      .when(taint('a'))
      .then(
        on.tainted('a'),
        on.revoked('a', 1, 'tainted', {
          successor: 'b',
          verdicts: bAfter(verdict('a', 'tainted', null, { keys: ['k'] })),
          key: 'k',
        }),
      ));
  it('a runner has 16 at the most; one more may replace one of them', () => {
    const many = Array.from({ length: 16 }, (_, n) => on.tainted('b', `k${n}`, 'NoElect'));
    given(...led(), ...many)
      .when(taint('b', 'NoElect', 'one-more'))
      .thenRefused('invalid-request', /has 16 taints/);
    given(...led(), ...many)
      .when(taint('b', 'PreferNoLead', 'k3'))
      .then(on.tainted('b', 'k3', 'PreferNoLead', true));
  });
  it('a verdict names three taints and counts the rest', () => {
    const five = Array.from({ length: 5 }, (_, n) => on.tainted('a', `k${n}`, 'NoElect'));
    given(...led(), ...five)
      .when(to.release('a', 1))
      .then(
        on.ended('a', 1, 'released'),
        on.elected('b', 2, {
          cause: 'released',
          previous: previousA,
          verdicts: bAfter(verdict('a', 'tainted', null, { keys: ['k0', 'k1', 'k2'], moreKeys: 2 })),
        }),
      );
  });
  it('in a fenced group the next leads at once', () => {
    const verdicts = bAfter(verdict('a', 'tainted', null, { keys: ['k'] }));
    given(...led({ failover: 'fenced' }))
      .when(taint('a'))
      .then(
        on.tainted('a'),
        on.revoked('a', 1, 'tainted', { successor: 'b', verdicts, key: 'k' }),
        on.ended('a', 1, 'fenced'),
        on.elected('b', 2, { cause: 'fenced', failover: 'fenced', previous: previousA, verdicts }),
      );
  });
  it('NoElect and PreferNoLead let a leader stay', () => {
    given(...led())
      .when(taint('a', 'NoElect'))
      .then(on.tainted('a', 'k', 'NoElect'));
    given(...led())
      .when(taint('a', 'PreferNoLead'))
      .then(on.tainted('a', 'k', 'PreferNoLead'));
  });
  it('NoElect is not elected anew; PreferNoLead comes last', () => {
    const base = [on.configured(), on.registered('a', { ready: true }), on.registered('b', { ready: true })];
    given(...base, on.tainted('a', 'k', 'NoElect'))
      .when({ type: 'Reconcile', cause: 'reconciled' })
      .then(
        on.elected('b', 1, {
          cause: 'reconciled',
          verdicts: bAfter(verdict('a', 'tainted', null, { keys: ['k'] })),
        }),
      );
    given(...base, on.tainted('a', 'k', 'PreferNoLead'))
      .when({ type: 'Reconcile', cause: 'reconciled' })
      .then(
        on.elected('b', 1, {
          cause: 'reconciled',
          verdicts: [verdict('a', 'prefer-no-lead', 2), verdict('b', 'chosen', 1)],
        }),
      );
  });
  it('a tainted only runner: the group stays leaderless, also when it restarts', () => {
    given(on.configured(), on.registered('a'), on.tainted('a')).when(activate('a')).then(on.activated('a'));
    given(on.configured(), on.registered('a'), on.tainted('a'))
      .when(register('a', { incarnation: inc('a', 2), ready: true }))
      .then(on.restarted('a', 2, { ready: true }));
  });
  it('the same again is nothing; another effect replaces', () => {
    const group = [...led(), on.tainted('b')];
    given(...group)
      .when(taint('b'))
      .thenNothing();
    given(...group)
      .when(taint('b', 'NoElect'))
      .then(on.tainted('b', 'k', 'NoElect', true));
    given(...group)
      .when(taint('b'), { reason: 'other' })
      .then(on.tainted('b', 'k', 'NoLead', true));
  });
  it('untaint elects in a vacant group', () =>
    given(on.configured(), on.registered('a'), on.tainted('a'), on.activated('a'))
      .when(untaint('a'))
      .then(
        on.untainted('a'),
        on.elected('a', 1, { cause: 'untainted', verdicts: [verdict('a', 'chosen', 1)] }),
      ));
  it('untaint of an absent key is nothing; of one of two keys frees nobody', () => {
    given(...led())
      .when(untaint('a'))
      .thenNothing();
    given(on.configured(), on.registered('a'), on.activated('a'), on.tainted('a'), on.tainted('a', 'k2'))
      .when(untaint('a'))
      .then(on.untainted('a'));
  });
  it('refuses an unknown runner', () => {
    given(...led())
      .when(taint('x'))
      .thenRefused('runner-unknown');
    given(...led())
      .when(untaint('x'))
      .thenRefused('runner-unknown');
  });
});
