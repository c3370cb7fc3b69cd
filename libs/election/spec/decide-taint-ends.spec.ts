import { describe, expect, it } from '@jest/globals';
import { nextDeadlineMs, type ElectionCommand } from '@conclave/election';
import { inc } from '@conclave/processes';
import { AT, atPlus, bothVerdicts, given, led, on, previousA, to, verdict } from '@conclave/testing';

const forever = { expiresAt: null, ttlMs: null, until: null };
const tick: ElectionCommand = { type: 'Reconcile', cause: 'cooldown-over' };
const ms = (at: string) => Date.parse(at);

describe('taints with an end', () => {
  it('a time to live is recorded as an instant; at that instant it is lifted and the group elects', () => {
    const alone = [on.configured(), on.registered('a', { ready: true })];
    const tainted = given(...alone).when({
      type: 'TaintRunner',
      runner: 'a',
      key: 'k',
      effect: 'NoLead',
      ...forever,
      ttlMs: 5_000,
    });
    tainted.then(on.tainted('a', 'k', 'NoLead', false, { expiresAt: atPlus(5_000) }));
    expect(nextDeadlineMs(tainted.after, ms(AT))).toBe(ms(atPlus(5_000)));
    const group = [...alone, on.tainted('a', 'k', 'NoLead', false, { expiresAt: atPlus(5_000) })];
    given(...group)
      .when(tick, { at: atPlus(4_999) })
      .thenNothing();
    given(...group)
      .when(tick, { at: atPlus(5_000) })
      .then(
        on.untainted('a', 'k', 'expired'),
        on.elected('a', 1, { cause: 'untainted', verdicts: [verdict('a', 'chosen', 1)] }),
      );
  });
  it('nothing expired is honoured, whatever command comes first', () =>
    given(...led(), on.tainted('b', 'k', 'NoLead', false, { expiresAt: atPlus(1_000) }))
      .when(to.release('a', 1), { at: atPlus(2_000) })
      .then(
        on.untainted('b', 'k', 'expired'),
        on.ended('a', 1, 'released'),
        on.elected('a', 2, { cause: 'released', previous: previousA, verdicts: bothVerdicts }),
      ));
  it('many that end at one instant are lifted in several appends, those of the oldest runner first; none is forgotten', () => {
    const keys = Array.from({ length: 60 }, (_, i) => `k${i}`);
    let group = led();
    for (const r of ['b', 'a'])
      group.push(
        ...keys.map((key) => on.tainted(r, key, 'PreferNoLead', false, { expiresAt: atPlus(1_000) })),
      );
    const at = atPlus(1_000);
    const lifts = (runner: string, from: number, to?: number) =>
      keys.slice(from, to).map((key) => on.untainted(runner, key, 'expired'));
    given(...group)
      .when(tick, { at })
      .then(...lifts('a', 0), ...lifts('b', 0, 30));
    group = [...group, ...lifts('a', 0), ...lifts('b', 0, 30)];
    given(...group)
      .when(tick, { at })
      .then(...lifts('b', 30));
    given(...group, ...lifts('b', 30))
      .when(tick, { at })
      .thenNothing();
  });
  it('until a runner is gone: its deregistration lifts it in the same append; its absence after the given time', () => {
    const group = [
      ...led(),
      on.registered('dev', { ready: true }),
      on.tainted('b', 'k', 'NoLead', false, { until: { runnerGone: 'dev', silentMs: 1_000 } }),
    ];
    given(...group)
      .when(to.deregister('dev', inc('dev')))
      .then(on.deregistered('dev', 'runner'), on.untainted('b', 'k', 'runner-gone'));
    const silent = [...group, on.missed('dev', { incarnation: inc('dev') })];
    given(...silent)
      .when(tick, { at: atPlus(999) })
      .thenNothing();
    given(...silent)
      .when(tick, { at: atPlus(1_000) })
      .then(on.untainted('b', 'k', 'runner-gone'));
  });
  it('refuses an end in the past, an unknown runner, one that is gone already', () => {
    const taint = (more: object): ElectionCommand => ({
      type: 'TaintRunner',
      runner: 'b',
      key: 'k',
      effect: 'NoLead',
      ...forever,
      ...more,
    });
    given(...led())
      .when(taint({ expiresAt: AT }))
      .thenRefused('invalid-request', /not after now/);
    given(...led())
      .when(taint({ until: { runnerGone: 'x' } }))
      .thenRefused('runner-unknown');
    given(...led(), on.missed('a'))
      .when(taint({ until: { runnerGone: 'a', silentMs: 0 } }))
      .thenRefused(
        'invalid-request',
        /gone already \(away since 2\S+Z\): .* a silentMs that is longer than that/,
      );
  });
});
