import { describe, it } from '@jest/globals';
import { inc } from '@conclave/processes';
import { bAfter, given, led, on, previousA, to, verdict } from '@conclave/testing';

const { silent, expired } = to;

describe('silence and lease end', () => {
  it('a silent standby is no candidate any more', () =>
    given(...led())
      .when(silent('b'))
      .then(on.missed('b')));
  it('many are given up in one append; the leader of a lease group is not one of them', () =>
    given(...led(), on.registered('c'), on.activated('c'))
      .when(silent('b', null, { also: [to.missed('a'), to.missed('c'), to.missed('c')] }))
      .then(on.missed('c'), on.missed('b')));
  it('whoever is silent when a lease ends is not elected', () =>
    given(...led(), on.registered('c'), on.activated('c'))
      .when(expired(1, { also: [to.missed('b'), to.missed('nobody')] }))
      .then(
        on.missed('b'),
        on.missed('a'),
        on.ended('a', 1, 'heartbeat-missed'),
        on.elected('c', 2, {
          cause: 'heartbeat-missed',
          previous: previousA,
          verdicts: [verdict('a', 'silent'), verdict('b', 'silent'), verdict('c', 'chosen', 1)],
        }),
      ));
  it('silence of the leader of a lease group does nothing: only its lease end counts', () =>
    given(...led())
      .when(silent('a', 1))
      .thenNothing()); // L5
  it('lease end elects the next in the same append', () =>
    given(...led())
      .when(expired(1))
      .then(
        on.missed('a'),
        on.ended('a', 1, 'heartbeat-missed'),
        on.elected('b', 2, {
          cause: 'heartbeat-missed',
          previous: previousA,
          verdicts: bAfter(verdict('a', 'silent')),
        }),
      ));
  it('lease end of a leader that still beats is no silence', () =>
    given(...led())
      .when(expired(1, { silentMs: 100 }))
      .then(
        on.ended('a', 1, 'lease-expired'),
        on.elected('b', 2, {
          cause: 'lease-expired',
          previous: previousA,
          verdicts: [verdict('a', 'unsettled', 2), verdict('b', 'chosen', 1)],
        }),
      ));
  it('lease end in a handover', () =>
    given(...led(), on.tainted('a'), on.revoked('a', 1, 'tainted'))
      .when(expired(1))
      .then(
        on.missed('a'),
        on.ended('a', 1, 'lease-expired'),
        on.elected('b', 2, {
          cause: 'lease-expired',
          previous: previousA,
          verdicts: bAfter(verdict('a', 'silent')),
        }),
      ));
  it('a late report about another term does nothing', () =>
    given(...led())
      .when(expired(2))
      .thenNothing());
  it('nobody left: leaderless is recorded with every verdict', () =>
    given(...led(), on.missed('b'))
      .when(expired(1))
      .then(
        on.missed('a'),
        on.ended('a', 1, 'heartbeat-missed'),
        on.leaderless(1, 'heartbeat-missed', [verdict('a', 'silent'), verdict('b', 'silent')]),
      ));
  it('a fenced leader is replaced on evidence, of its own term only', () => {
    const group = led({ failover: 'fenced' });
    given(...group)
      .when(silent('a', 1, { evidence: 'connection-lost' }))
      .then(
        on.missed('a', { evidence: 'connection-lost' }),
        on.ended('a', 1, 'heartbeat-missed'),
        on.elected('b', 2, {
          cause: 'heartbeat-missed',
          failover: 'fenced',
          previous: previousA,
          verdicts: bAfter(verdict('a', 'silent')),
        }),
      );
    given(...group)
      .when(silent('a', null))
      .thenNothing();
    given(...group)
      .when(silent('a', 7))
      .thenNothing();
  });
  it('silence of pending, silent, unknown or other incarnations is no news', () => {
    given(on.configured(), on.registered('a')).when(silent('a')).thenNothing();
    given(...led(), on.missed('b'))
      .when(silent('b'))
      .thenNothing();
    given(...led())
      .when(silent('x'))
      .thenNothing();
    given(...led())
      .when(silent('b', null, { incarnation: inc('b', 2) }))
      .thenNothing();
  });
});
