import { describe, expect, it } from '@jest/globals';
import { SEAL_MOST, type ElectionCommand } from '@conclave/election';
import { inc } from '@conclave/processes';
import { AT, atPlus, fold, given, led, on, pastOf, to } from '@conclave/testing';

const DIGEST = 'd'.repeat(64);
const remove = (upTo: number): ElectionCommand => ({ type: 'DeleteGroup', upTo, digest: DIGEST });
type Steps = Parameters<typeof given>;
/** The command with the archive of all of it, as the server makes it. */
const deleting = (steps: Steps, upTo = steps.length, at = AT) =>
  given(...steps).when(remove(upTo), {
    at,
    actor: 'operator:ana',
    reason: 'gone',
    past: pastOf(fold(steps.slice(0, upTo))),
  });
const left = (): Steps => [...led(), on.ended('a', 1, 'resigned'), on.missed('b'), on.missed('a')];

describe('deleting a group', () => {
  it('and sealing it is refused while its state is larger than a file takes: with what to do', () => {
    const steps = left();
    const past = pastOf(fold(steps));
    const [runner] = past.state.runners;
    const runners = [{ ...runner!, labels: { l: 'x'.repeat(SEAL_MOST) } }];
    const large = { ...past, state: { ...past.state, runners } };
    const seal: ElectionCommand = { type: 'SealHistory', upTo: steps.length, digest: DIGEST };
    for (const command of [remove(steps.length), seal])
      given(...steps)
        .when(command, { past: large })
        .thenRefused(
          'invalid-request',
          /that has \d+ characters; 16777216 are the most\. Deregister runners/,
        );
  });

  it('seals all that was and ends the group, in one append; only what names it is left', () => {
    const steps = left();
    const decided = deleting(steps);
    decided.then(on.sealed(pastOf(fold(steps)), DIGEST), on.deleted());
    expect(decided.after).toEqual({
      ...fold(steps),
      version: 11,
      runners: new Map(),
      sealed: { upTo: 9, until: AT, term: 1, digest: DIGEST, at: 10 },
      deleted: { at: AT, actor: 'operator:ana', reason: 'gone' },
    });
  });
  it('with runners that have never been there, too', () =>
    deleting([on.configured(), on.registered('a')]).then(
      on.sealed(pastOf(fold([on.configured(), on.registered('a')])), DIGEST),
      on.deleted(),
    ));
  it('what has expired is lifted first: it is in no archive, and stays in the log', () => {
    const steps: Steps = [on.configured(), on.paused(atPlus(1_000))];
    const decided = deleting(steps, 2, atPlus(2_000));
    decided.then(on.resumed('expired'), on.sealed(pastOf(fold(steps)), DIGEST), on.deleted());
    expect(decided.after.sealed).toMatchObject({ upTo: 2, at: 4 });
  });

  it('not while somebody leads, or has to stop', () => {
    deleting(led()).thenRefused('group-in-use', /"a" holds term 1 of group "g"\. Stop it/);
    const handover: Steps = [...led(), on.tainted('a'), on.revoked('a', 1, 'tainted')];
    deleting(handover).thenRefused('group-in-use', /"a" holds term 1/);
  });
  it('not while a runner is active, which could be elected', () => {
    const steps: Steps = [
      on.configured(),
      on.paused(),
      ...['a', 'b', 'c', 'd', 'e', 'f', 'h'].map((runner) => on.registered(runner, { ready: true })),
    ];
    deleting(steps).thenRefused('group-in-use', /active: a, b, c, d, e and 2 more\. Stop or deregister/);
  });
  it('not if the group went on behind the archive, or the archive is longer than the group', () => {
    deleting(left(), 8).thenRefused('version-conflict', /ends with version 8, but group "g" is at version 9/);
    deleting(left(), 10).thenRefused('version-conflict', /version 10, but/);
  });
  it('not without its archive, nor a group that never was', () => {
    given(...left())
      .when(remove(9))
      .thenRefused('invalid-request', /no append that ends with version 9/);
    given().when(remove(1)).thenRefused('group-unknown');
  });
});

describe('a deleted group (G1)', () => {
  const steps: Steps = [...left(), on.sealed(pastOf(fold(left())), DIGEST), on.deleted()];
  it.each<[string, ElectionCommand]>([
    ['a registration', to.register('z', { ready: true })],
    ['settings', { type: 'ConfigureGroup', settings: {} }],
    ['a lost log that is accepted', { type: 'AcceptLog', knownTerm: 9, knownVersion: 9, isSame: false }],
    ['time', { type: 'Reconcile', cause: 'reconciled' }],
    ['a beat', to.activate('a')],
    ['a promise', { type: 'ReleaseLeadership', runner: 'a', incarnation: inc('a'), term: 1 }],
    ['a seal', { type: 'SealHistory', upTo: 11, digest: DIGEST }],
    ['the same once more', remove(9)],
  ])('takes no command any more: %s', (_, command) =>
    given(...steps)
      .when(command)
      .thenRefused(
        'group-deleted',
        /^group "g" was deleted at 2026-11-24T12:00:00.000Z \(by test\), and its id is never used again\./,
      ),
  );
});
