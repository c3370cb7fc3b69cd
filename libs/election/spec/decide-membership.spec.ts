import { describe, expect, it } from '@jest/globals';
import { MAX_RUNNERS, type ActivateRunner } from '@conclave/election';
import { inc } from '@conclave/processes';
import { bAfter, bothVerdicts, given, led, on, previousA, to, verdict } from '@conclave/testing';

const { register, activate } = to;

describe('RegisterRunner', () => {
  it('creates the group, the runner is pending', () =>
    given()
      .when(register('a', { platform: 'local', labels: { x: '1' }, priority: 3 }))
      .then(on.configured(), on.registered('a', { platform: 'local', labels: { x: '1' }, priority: 3 })));
  it('ready: active at once and elected', () =>
    given()
      .when(register('a', { ready: true }))
      .then(
        on.configured(),
        on.registered('a', { ready: true }),
        on.elected('a', 1, { verdicts: [verdict('a', 'chosen', 1)] }),
      ));
  it('is idempotent', () =>
    given(...led())
      .when(register('a'))
      .thenNothing());
  it('records changed attributes, keeps those left out', () =>
    given(on.configured(), on.registered('a', { labels: { x: '1' }, priority: 2 }))
      .when(register('a', { platform: 'p' }))
      .then({
        ...on.restarted('a', 2),
        event: {
          type: 'RunnerUpdated',
          data: { runner: 'a', platform: 'p', labels: { x: '1' }, priority: 2 },
        },
      }));
  it('ready on a pending runner activates it', () =>
    given(on.configured(), on.registered('a'))
      .when(register('a', { ready: true }))
      .then(on.activated('a'), on.elected('a', 1, { verdicts: [verdict('a', 'chosen', 1)] })));
  it('a new incarnation of a standby keeps seniority and becomes pending', () => {
    const { after, ...w } = given(...led()).when(register('b', { incarnation: inc('b', 2) }));
    w.then(on.restarted('b', 2));
    expect(after.runners.get('b')).toMatchObject({
      seniority: 5,
      status: 'pending',
      incarnation: inc('b', 2),
      past: [inc('b')],
    });
  });
  it('a new incarnation of the leader revokes and waits for the old lease', () =>
    // L11
    given(...led())
      .when(register('a', { incarnation: inc('a', 2) }))
      .then(
        on.restarted('a', 2),
        on.revoked('a', 1, 'superseded', {
          successor: 'b',
          verdicts: bAfter(verdict('a', 'pending', null, { incarnation: inc('a', 2) })),
        }),
      ));
  it('previousExited ends the term at once', () =>
    given(...led())
      .when(register('a', { incarnation: inc('a', 2), previousExited: inc('a') }))
      .then(
        on.restarted('a', 2, { previousExited: true }),
        on.ended('a', 1, 'superseded'),
        on.elected('b', 2, {
          cause: 'superseded',
          previous: previousA,
          verdicts: bAfter(verdict('a', 'pending', null, { incarnation: inc('a', 2) })),
        }),
      ));
  it('previousExited about another incarnation vouches for nothing', () =>
    given(...led())
      .when(register('a', { incarnation: inc('a', 2), previousExited: inc('a', 7) }))
      .then(
        on.restarted('a', 2),
        on.revoked('a', 1, 'superseded', {
          successor: 'b',
          verdicts: bAfter(verdict('a', 'pending', null, { incarnation: inc('a', 2) })),
        }),
      ));
  it('a supervisor may vouch later, for the incarnation that the handover waits for', () =>
    given(...led(), on.restarted('a', 2), on.revoked('a', 1, 'superseded'))
      .when(register('a', { incarnation: inc('a', 2), previousExited: inc('a') }))
      .then(
        on.ended('a', 1, 'superseded'),
        on.elected('b', 2, {
          cause: 'superseded',
          previous: previousA,
          verdicts: bAfter(verdict('a', 'pending', null, { incarnation: inc('a', 2) })),
        }),
      ));
  it('in a fenced group the term ends at once', () =>
    given(...led({ failover: 'fenced' }))
      .when(register('a', { incarnation: inc('a', 2) }))
      .then(
        on.restarted('a', 2),
        on.ended('a', 1, 'superseded'),
        on.elected('b', 2, {
          cause: 'superseded',
          failover: 'fenced',
          previous: previousA,
          verdicts: bAfter(verdict('a', 'pending', null, { incarnation: inc('a', 2) })),
        }),
      ));
  it('refuses a past incarnation', () =>
    given(on.configured(), on.registered('a'), on.restarted('a', 2))
      .when(register('a'))
      .thenRefused('incarnation-superseded', /fresh incarnation/));
  it('refuses itself as previousExited', () =>
    given()
      .when(register('a', { previousExited: inc('a') }))
      .thenRefused('invalid-request'));
  it(`refuses runner ${MAX_RUNNERS + 1}`, () => {
    const full = Array.from({ length: MAX_RUNNERS }, (_, n) => on.registered(`r${n}`));
    given(on.configured(), ...full)
      .when(register('a'))
      .thenRefused('invalid-request', /1000 runners/);
  });
});

describe('ActivateRunner', () => {
  it('elects in a vacant group', () =>
    given(on.configured(), on.registered('a'))
      .when(activate('a'))
      .then(on.activated('a'), on.elected('a', 1, { verdicts: [verdict('a', 'chosen', 1)] })));
  it('does not displace a leader: an older runner that comes back waits (failback never)', () =>
    given(on.configured(), on.registered('a'), on.registered('b'), on.activated('b'), on.elected('b', 1))
      .when(activate('a'))
      .then(on.activated('a')));
  it('failback always: the older one is handed the lead, break before make', () =>
    given(
      on.configured({ failback: 'always' }),
      on.registered('a'),
      on.registered('b'),
      on.activated('b'),
      on.elected('b', 1),
    )
      .when(activate('a'))
      .then(on.activated('a'), on.revoked('b', 1, 'failback', { successor: 'a', verdicts: bothVerdicts })));
  it('ignores other incarnations, active runners and unknown ones', () => {
    given(...led())
      .when(activate('b'))
      .thenNothing();
    given(...led())
      .when(activate('x'))
      .thenNothing();
    given(on.configured(), on.registered('a'))
      .when(activate('a', { incarnation: inc('a', 2) }))
      .thenNothing();
  });
  it('several at once: who leads is elected of all of them, who is not to be revived is left out', () => {
    const all = [on.configured(), on.registered('a'), on.registered('b'), on.registered('c')];
    const back = (runner: string, life = 1) => {
      const { type: _, ...one } = activate(runner, { incarnation: inc(runner, life) }) as ActivateRunner;
      return one;
    };
    given(...all)
      .when(activate('c', { also: [back('b', 2), back('a'), back('a'), back('x')] }))
      .then(
        on.activated('c'),
        on.activated('a'),
        on.elected('a', 1, {
          verdicts: [verdict('a', 'chosen', 1), verdict('b', 'pending'), verdict('c', 'seniority', 2)],
        }),
      );
    given(...all)
      .when(activate('a', { incarnation: inc('a', 2), also: [back('x')] }))
      .thenNothing();
  });
  it('a beat heard before the runner was given up revives nobody', () => {
    // L2
    const missed = [...led(), on.missed('b')];
    given(...missed)
      .when(activate('b', { heardAtVersion: 6 }))
      .thenNothing();
    given(...missed)
      .when(activate('b', { heardAtVersion: 7 }))
      .then(on.activated('b'));
  });
});
