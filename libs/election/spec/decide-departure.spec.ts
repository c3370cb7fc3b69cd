import { describe, expect, it } from '@jest/globals';
import { NO_TERM } from '@conclave/election';
import { inc } from '@conclave/processes';
import { atPlus, bAfter, bothVerdicts, given, led, on, previousA, to, verdict } from '@conclave/testing';

const { register, release, resign, deregister } = to;

describe('release and resign', () => {
  const handover = [...led(), on.tainted('a'), on.revoked('a', 1, 'tainted')];
  const tainted = verdict('a', 'tainted', null, { keys: ['k'] });
  it('release in handover elects the successor at once', () =>
    given(...handover)
      .when(release('a', 1))
      .then(
        on.ended('a', 1, 'released'),
        on.elected('b', 2, { cause: 'released', previous: previousA, verdicts: bAfter(tainted) }),
      ));
  it('release while led re-elects by the rule', () =>
    given(...led())
      .when(release('a', 1))
      .then(
        on.ended('a', 1, 'released'),
        on.elected('a', 2, { cause: 'released', previous: previousA, verdicts: bothVerdicts }),
      ));
  const resignedToB = [
    on.ended('a', 1, 'resigned', { cooldownUntil: atPlus(30_000) }),
    on.elected('b', 2, {
      cause: 'resigned',
      previous: previousA,
      verdicts: bAfter(verdict('a', 'cooling-down', null, { until: atPlus(30_000) })),
    }),
  ];
  it('resign cools down for 2 leases', () =>
    given(...led())
      .when(resign('a', 1))
      .then(...resignedToB));
  it('a new process of a runner that resigned itself leads at once; not if somebody vouched for its end and set the cooldown', () => {
    const resigned = (actor: string) => [
      on.configured(),
      on.registered('a'),
      on.activated('a'),
      on.elected('a', 1),
      { ...on.ended('a', 1, 'resigned', { cooldownUntil: atPlus(30_000) }), actor },
    ];
    const back = to.register('a', { incarnation: inc('a', 2), ready: true });
    expect(given(...resigned('runner:a')).when(back).events).toMatchObject([
      { type: 'RunnerRestarted' },
      { type: 'LeaderElected', data: { runner: 'a', term: 2 } },
    ]);
    expect(given(...resigned('operator:ana')).when(back).events).toMatchObject([{ type: 'RunnerRestarted' }]);
    given(...resigned('runner:a'))
      .when(to.register('a', { ready: true }))
      .thenNothing(); // the process that resigned
  });
  describe('without a term: a process goes away, whatever it may hold', () => {
    const away = resign('b', NO_TERM);
    const missed = on.missed('b', {
      evidence: 'connection-lost',
      lastSeenAt: null,
      silentMs: 0,
      leaseMs: 15_000,
    });
    it('one that leads ends its term', () =>
      given(...led())
        .when(resign('a', NO_TERM), { actor: 'runner:a' })
        .then(...resignedToB));
    it('a standby is no candidate any more, and nobody who leads beside it waits for it (G5)', () => {
      given(...led())
        .when(away, { actor: 'runner:b' })
        .then(missed);
      given(...led(), missed)
        .when(away, { actor: 'runner:b' })
        .thenNothing(); // once is enough
    });
    it('only by its own word, not of a process that it is not any more', () => {
      given(...led())
        .when(away, { actor: 'operator:ana' })
        .thenNothing();
      given(...led(), on.restarted('b', 2))
        .when(away, { actor: 'runner:b' })
        .thenRefused('incarnation-superseded', /superseded process must stop/);
      given(...led())
        .when(resign('x', NO_TERM), { actor: 'runner:x' })
        .thenRefused('runner-unknown', /Register it first/);
    });
    it('term 0 is none', () =>
      given(...led())
        .when(resign('a', 0), { actor: 'runner:a' })
        .thenRefused('term-stale', /has not begun/));
  });
  it('after the cooldown it is a candidate again', () => {
    const alone = [
      on.configured(),
      on.registered('a'),
      on.activated('a'),
      on.elected('a', 1),
      on.ended('a', 1, 'resigned', { cooldownUntil: atPlus(1000) }),
    ];
    given(...alone)
      .when({ type: 'Reconcile', cause: 'cooldown-over' }, { at: atPlus(999) })
      .thenNothing();
    given(...alone)
      .when({ type: 'Reconcile', cause: 'cooldown-over' }, { at: atPlus(1000) })
      .then(
        on.elected('a', 2, {
          cause: 'cooldown-over',
          previous: previousA,
          verdicts: [verdict('a', 'chosen', 1)],
        }),
      );
  });
  it('a term already over: nothing changes', () => {
    const over = [...led(), on.ended('a', 1, 'released'), on.elected('b', 2)];
    given(...over)
      .when(release('a', 1))
      .thenNothing();
    given(...over)
      .when(resign('a', 1))
      .thenNothing();
  });
  it('refuses terms never begun, terms of others, other incarnations, unknown runners', () => {
    given(...led())
      .when(release('a', 2))
      .thenRefused('term-stale', /has not begun/);
    given(...led())
      .when(release('a', 0))
      .thenRefused('term-stale');
    given(...led())
      .when(release('b', 1))
      .thenRefused('term-stale', /not held by this runner/);
    given(...led(), on.ended('a', 1, 'released'), on.elected('b', 2))
      .when(release('b', 1))
      .thenRefused('term-stale');
    given(...led())
      .when(release('a', 1, 2))
      .thenRefused('incarnation-superseded');
    given(...led())
      .when(resign('x', 1))
      .thenRefused('runner-unknown');
    given().when(release('a', 1)).thenRefused('group-unknown');
  });
});

describe('DeregisterRunner', () => {
  it('of a standby', () =>
    given(...led())
      .when(deregister('b'))
      .then(on.deregistered('b', 'operator')));
  it('by the leader itself is a promise', () =>
    given(...led())
      .when(deregister('a', inc('a')))
      .then(
        on.deregistered('a', 'runner'),
        on.ended('a', 1, 'deregistered'),
        on.elected('b', 2, {
          cause: 'deregistered',
          previous: previousA,
          verdicts: [verdict('b', 'chosen', 1)],
        }),
      ));
  it('of the leader by an operator: handover, and its release still counts', () => {
    const { after, ...w } = given(...led()).when(deregister('a'));
    w.then(
      on.deregistered('a', 'operator'),
      on.revoked('a', 1, 'deregistered', { successor: 'b', verdicts: [verdict('b', 'chosen', 1)] }),
    );
    expect(after.leadership).toMatchObject({ term: 1, runner: 'a' });
    given(...led(), on.deregistered('a', 'operator'), on.revoked('a', 1, 'deregistered'))
      .when(release('a', 1))
      .then(
        on.ended('a', 1, 'released'),
        on.elected('b', 2, { cause: 'released', previous: previousA, verdicts: [verdict('b', 'chosen', 1)] }),
      );
  });
  it('loses seniority: registered again it is the youngest', () => {
    const { after } = given(...led(), on.deregistered('b', 'runner')).when(register('b'));
    expect(after.runners.get('b')!.seniority).toBe(8);
  });
  it('refuses old incarnations and unknown runners', () => {
    given(...led())
      .when(deregister('a', inc('a', 9)))
      .thenRefused('incarnation-superseded');
    given(...led())
      .when(deregister('x'))
      .thenRefused('runner-unknown');
  });
});
