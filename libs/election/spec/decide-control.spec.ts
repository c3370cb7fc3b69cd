import { describe, expect, it } from '@jest/globals';
import { DEFAULT_SETTINGS } from '@conclave/election';
import { inc } from '@conclave/processes';
import { AT, atPlus, bAfter, bothVerdicts, given, led, on, previousA, to, verdict } from '@conclave/testing';

const { activate, silent, expired, resign, taint, untaint, deregister, configure } = to;

describe('ConfigureGroup', () => {
  it('creates with defaults, keeps what it does not name, heartbeat follows a third of the lease', () => {
    given().when(configure({})).then(on.configured());
    given(on.configured({ drainMs: 5 }))
      .when(configure({ leaseMs: 3_000 }))
      .then(
        on.configured(
          { drainMs: 5, leaseMs: 3_000, heartbeatMs: 1_000 },
          { ...DEFAULT_SETTINGS, drainMs: 5 },
        ),
      );
  });
  it('a heartbeat set apart stays', () => {
    const own = { leaseMs: 15_000, heartbeatMs: 2_000 };
    given(on.configured(own))
      .when(configure({ leaseMs: 9_000 }))
      .then(on.configured({ leaseMs: 9_000, heartbeatMs: 2_000 }, { ...DEFAULT_SETTINGS, ...own }));
  });
  it('a heartbeat set apart follows the lease again when it is null', () => {
    const own = { leaseMs: 15_000, heartbeatMs: 2_000 };
    given(on.configured(own))
      .when(configure({ heartbeatMs: null, leaseMs: 9_000 }))
      .then(on.configured({ leaseMs: 9_000, heartbeatMs: 3_000 }, { ...DEFAULT_SETTINGS, ...own }));
    given(on.configured())
      .when(configure({ heartbeatMs: null }))
      .thenNothing();
  });
  it('the same again is nothing', () =>
    given(on.configured())
      .when(configure({ leaseMs: 15_000 }))
      .thenNothing());
  it('refuses a heartbeat above a third of the lease', () => {
    given()
      .when(configure({ leaseMs: 3_000, heartbeatMs: 1_001 }))
      .thenRefused('settings-invalid', /at most 1000/);
    given(on.configured({ heartbeatMs: 2_000 }))
      .when(configure({ leaseMs: 3_000 }))
      .thenRefused('settings-invalid');
  });
  it('strategy priority elects the highest, then the oldest', () => {
    given(
      on.configured({ strategy: 'priority' }),
      on.registered('a', { ready: true }),
      on.registered('b', { ready: true, priority: 5 }),
    )
      .when({ type: 'Reconcile', cause: 'reconciled' })
      .then(
        on.elected('b', 1, {
          cause: 'reconciled',
          verdicts: [verdict('a', 'priority', 2), verdict('b', 'chosen', 1)],
        }),
      );
  });
  it('switching failback to always hands over to the better one', () =>
    given(
      on.configured(),
      on.registered('a'),
      on.registered('b'),
      on.activated('b'),
      on.elected('b', 1),
      on.activated('a'),
    )
      .when(configure({ failback: 'always' }))
      .then(
        on.configured({ failback: 'always' }, DEFAULT_SETTINGS),
        on.revoked('b', 1, 'failback', { successor: 'a', verdicts: bothVerdicts }),
      ));
  it('switching to fenced ends a running handover', () =>
    given(...led(), on.tainted('a'), on.revoked('a', 1, 'tainted'))
      .when(configure({ failover: 'fenced' }))
      .then(
        on.configured({ failover: 'fenced' }, DEFAULT_SETTINGS),
        on.ended('a', 1, 'fenced'),
        on.elected('b', 2, {
          cause: 'fenced',
          failover: 'fenced',
          previous: previousA,
          verdicts: bAfter(verdict('a', 'tainted', null, { keys: ['k'] })),
        }),
      ));
});

describe('order of candidates', () => {
  it('a runner whose term ended badly is unsettled until it was active for a lease', () => {
    const group = [
      ...led(),
      on.missed('a'),
      on.ended('a', 1, 'heartbeat-missed'),
      on.elected('b', 2),
      on.activated('a', atPlus(1000)),
    ];
    const again = (at: string) =>
      given(...group).when(
        { type: 'ReleaseLeadership', runner: 'b', incarnation: inc('b'), term: 2 },
        { at },
      );
    expect(again(atPlus(15_999)).events.at(-1)).toMatchObject({
      type: 'LeaderElected',
      data: { runner: 'b', term: 3 },
    });
    expect(again(atPlus(16_000)).events.at(-1)).toMatchObject({
      type: 'LeaderElected',
      data: { runner: 'a', term: 3 },
    });
  });
});

describe('conditions', () => {
  it('a condition of any version refuses to create the group', () => {
    given()
      .when(configure({}), { ifVersion: '*' })
      .thenRefused('version-conflict', /there is no "g"/);
    given(on.configured())
      .when(configure({ drainMs: 5 }), { ifVersion: '*' })
      .then(on.configured({ drainMs: 5 }, DEFAULT_SETTINGS));
  });
  it('ifTerm refuses a command aimed at another term', () => {
    given(...led())
      .when(taint('a'), { ifTerm: 7 })
      .thenRefused('term-stale', /last term of group "g" is 1/);
    given(...led())
      .when(taint('b'), { ifTerm: 1, at: AT })
      .then(on.tainted('b'));
  });
  it('refuses every command but creating ones in an unknown group', () => {
    for (const command of [
      activate('a'),
      silent('a'),
      expired(1),
      taint('a'),
      untaint('a'),
      deregister('a'),
      resign('a', 1),
    ]) {
      given().when(command).thenRefused('group-unknown');
    }
  });
});
