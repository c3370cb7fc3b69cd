import { describe, it } from '@jest/globals';
import type { ElectionCommand } from '@conclave/election';
import { bothVerdicts, given, led, on, to, verdict } from '@conclave/testing';

const accept = (
  knownTerm: number,
  more: { knownVersion?: number; isSame?: boolean } = {},
): ElectionCommand => ({ type: 'AcceptLog', knownTerm, knownVersion: 12, isSame: false, ...more });
const accepted = (knownTerm: number, foundTerm: number, foundVersion: number, knownVersion = 12) =>
  on.logAccepted({ knownTerm, knownVersion, foundTerm, foundVersion });

describe('a log that lost what was known, accepted by an operator', () => {
  // G1
  it('the leader that it names must stop: others have led after it; the next term is above every known one', () => {
    const group = led();
    given(...group)
      .when(accept(4))
      .then(
        accepted(4, 1, 6),
        on.revoked('a', 1, 'log-accepted', {
          successor: 'a',
          verdicts: [verdict('a', 'chosen', 1), verdict('b', 'seniority', 2)],
        }),
      );
    given(...group, accepted(4, 1, 6), on.revoked('a', 1, 'log-accepted'))
      .when(to.release('a', 1))
      .then(
        on.ended('a', 1, 'released'),
        on.elected('a', 5, { cause: 'released', previous: { runner: 'a', term: 1 }, verdicts: bothVerdicts }),
      );
  });
  it('with nobody in the lead it elects at once, above every known term: no lease is out any more', () =>
    given(on.configured(), on.paused(), on.registered('a', { ready: true }), on.resumed('request'))
      .when(accept(4))
      .then(
        accepted(4, 0, 4),
        on.elected('a', 5, { cause: 'log-accepted', verdicts: [verdict('a', 'chosen', 1)] }),
      ));
  it('a group of which nothing was lost keeps its leader; the record says that the log was accepted', () =>
    given(...led())
      .when(accept(1, { knownVersion: 6, isSame: true }))
      .then(accepted(1, 1, 6, 6)));
  it('a group that is gone is made again, so that its terms are not used twice', () => {
    const gone = given().when(accept(7));
    gone.then(on.configured(), accepted(7, 0, 0));
    given(on.configured(), accepted(7, 0, 0))
      .when(to.register('a', { ready: true }))
      .then(
        on.registered('a', { seniority: 3, ready: true }),
        on.elected('a', 8, { verdicts: [verdict('a', 'chosen', 1)] }),
      );
  });
  it('a handover that runs goes on', () =>
    given(...led(), on.tainted('a'), on.revoked('a', 1, 'tainted'))
      .when(accept(3))
      .then(accepted(3, 1, 8)));
});
