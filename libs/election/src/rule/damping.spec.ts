import { describe, expect, it } from '@jest/globals';
import {
  DEFAULT_DAMPING,
  nextDeadlineMs,
  patchedSettings,
  DEFAULT_SETTINGS,
  suppressedUntil,
  type ElectionCommand,
} from '@conclave/election';
import { AT, atPlus, given, on, to, verdict } from '@conclave/testing';

const MINUTE = 60_000;
const damping = DEFAULT_DAMPING;
const silentAt = (...minutes: number[]) => ({ silences: minutes.map((m) => atPlus(m * MINUTE)) });
const until = (minutes: number[], nowMinute: number) => {
  const at = suppressedUntil(silentAt(...minutes), { damping }, atPlus(nowMinute * MINUTE));
  return at === null ? null : Math.round((Date.parse(at) - Date.parse(AT)) / MINUTE);
};

describe('flap damping, computed from the record of silences', () => {
  it('suppresses at the third silence within a short time, until the penalty has decayed to reuseAt', () => {
    expect(until([0], 0)).toBeNull();
    expect(until([0, 1], 1)).toBeNull(); // 1000 × 2^(-1/15) + 1000 = 1955
    expect(until([0, 1, 2], 2)).toBe(2 + 29); // 2866.6: log2(2866.6 / 750) half-lives of 15 min
    expect(until([0, 1, 2], 30)).toBe(31);
    expect(until([0, 1, 2], 31.5)).toBeNull();
  });
  it('rare silences never suppress; one more while suppressed lengthens, though it alone would not have begun it', () => {
    expect(until([0, 60, 120, 180, 240], 240)).toBeNull();
    expect(until([0, 1, 2, 25], 25)).toBe(25 + 21); // 990 decayed + 1000 = 1990, under 2000
  });
  it('never longer than maxSuppressMs after the last silence', () =>
    expect(
      until(
        Array.from({ length: 16 }, (_, i) => i / 15),
        1,
      ),
    ).toBe(1 + 60));
  it('is off without the setting; a changed setting counts for the past too', () => {
    expect(suppressedUntil(silentAt(0, 1, 2), {}, atPlus(2 * MINUTE))).toBeNull();
    expect(suppressedUntil(silentAt(0), { damping: { ...damping, suppressAt: 1_000 } }, AT)).not.toBeNull();
  });

  const flapped = [
    on.configured({ damping: { ...damping, suppressAt: 1_900 } }),
    on.registered('a', { ready: true }),
    on.elected('a', 1),
    on.registered('b', { ready: true }),
    on.missed('b'),
    on.activated('b'),
    on.missed('b'),
    on.activated('b'),
  ];
  const reuse = atPlus(Math.ceil(15 * MINUTE * Math.log2(2_000 / 750)));
  const forgive: ElectionCommand = { type: 'ForgiveRunner', runner: 'b' };

  it('a flapping runner is not elected, and the verdict says until when; then time alone elects it', () => {
    const left = given(...flapped).when(to.resign('a', 1, 3_600_000));
    left.then(
      on.ended('a', 1, 'resigned', { cooldownUntil: atPlus(3_600_000) }),
      on.leaderless(1, 'resigned', [
        verdict('a', 'cooling-down', null, { until: atPlus(3_600_000) }),
        verdict('b', 'flapping', null, { until: reuse }),
      ]),
    );
    expect(nextDeadlineMs(left.after, Date.parse(AT))).toBe(Date.parse(reuse));
  });
  it('forgive makes it electable at once; nothing to forgive is nothing; an unknown runner is refused', () => {
    const leaderless = [
      ...flapped,
      on.ended('a', 1, 'resigned', { cooldownUntil: atPlus(60_000) }),
      on.leaderless(1, 'resigned', []),
    ];
    given(...leaderless)
      .when(forgive)
      .then(
        on.forgiven('b'),
        on.elected('b', 2, {
          cause: 'cooldown-over',
          previous: { runner: 'a', term: 1 },
          verdicts: [
            verdict('a', 'cooling-down', null, { until: atPlus(60_000) }),
            verdict('b', 'chosen', 1),
          ],
        }),
      );
    given(...flapped, on.forgiven('b'))
      .when(forgive)
      .thenNothing();
    given(...flapped)
      .when({ type: 'ForgiveRunner', runner: 'x' })
      .thenRefused('runner-unknown');
  });
  it('a standby that only lost its connection, as in a restart, has not flapped', () => {
    const restarts = [
      on.missed('b', { evidence: 'connection-lost' }),
      on.activated('b'),
      on.missed('b', { evidence: 'connection-lost' }),
      on.activated('b'),
    ];
    expect(
      given(...flapped.slice(0, 4), ...restarts)
        .when(forgive)
        .after.runners.get('b')!.silences,
    ).toEqual([]);
  });
  it('a transfer to a flapping runner is refused and says why', () =>
    given(...flapped)
      .when({ type: 'TransferLeadership', transfer: 't', to: 'b', force: false, deadlineMs: null })
      .thenRefused('runner-ineligible', /flapping/));

  it('settings: {} turns it on with the defaults, parts are kept, null turns it off; contradictions are refused', () => {
    const on_ = patchedSettings(DEFAULT_SETTINGS, { damping: {} });
    expect(on_).toEqual({ ...DEFAULT_SETTINGS, damping });
    expect(
      patchedSettings(patchedSettings(on_, { damping: { halfLifeMs: 5_000 } }), { leaseMs: 9_000 }).damping,
    ).toEqual({ ...damping, halfLifeMs: 5_000 });
    expect(patchedSettings(on_, { damping: null })).toEqual(DEFAULT_SETTINGS);
    given(on.configured())
      .when(to.configure({ damping: { reuseAt: 2_000 } }))
      .thenRefused('settings-invalid', /below suppressAt/);
    given(on.configured())
      .when(to.configure({ damping: { suppressAt: 20_000 } }))
      .thenRefused('settings-invalid', /never exceeds 12000/);
  });
});
