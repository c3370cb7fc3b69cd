import { describe, expect, it } from '@jest/globals';
import { NO_TERM, type ElectionCommand } from '@conclave/election';
import { inc } from '@conclave/processes';
import { given, on, to } from '@conclave/testing';

const secretHash = 'a'.repeat(64);
const wrong = { secretHash: 'b'.repeat(64) };
const led = [
  on.configured(),
  on.registered('a', { secretHash }),
  on.activated('a'),
  on.elected('a', 1),
] as const;
const handover = [...led, on.tainted('a'), on.revoked('a', 1, 'tainted')] as const;
const successor = { incarnation: inc('a', 2), previousExited: inc('a') };
const itself = { actor: 'runner:a' };
const ana = { actor: 'operator:ana' };
const proving = (command: ElectionCommand, proof: object): ElectionCommand => ({ ...command, ...proof });
const typesOf = ({ events }: { events: readonly { type: string }[] }): string[] =>
  events.map(({ type }) => type);

/** What speaks for the process that leads, and what comes of it. */
const SPEAKING: [string, ElectionCommand, string][] = [
  ['release', to.release('a', 1), 'LeadershipEnded'],
  ['resignation', to.resign('a', 1), 'LeadershipEnded'],
  ['goodbye', to.resign('a', NO_TERM), 'LeadershipEnded'],
  ['deregistration', to.deregister('a', inc('a')), 'RunnerDeregistered'],
  ['registration again', to.register('a', { priority: 7 }), 'RunnerUpdated'],
];

describe('a process that registered with a secret', () => {
  it.each(SPEAKING)('is not ended or changed by a %s without it, nor with another', (_, command) => {
    for (const proof of [{}, wrong])
      given(...led)
        .when(proving(command, proof), itself)
        .thenRefused('secret-wrong', /Only that process may speak for itself/);
  });
  it.each(SPEAKING)('is heard with it: %s', (_, command, outcome) =>
    expect(typesOf(given(...led).when(proving(command, { secretHash }), itself))).toContain(outcome),
  );
  it('also when an operator removed it and it only owes its release', () => {
    const removed = given(...handover, on.deregistered('a', 'operator'));
    removed.when(to.release('a', 1), itself).thenRefused('secret-wrong');
    removed.when(to.deregister('a', inc('a')), itself).thenRefused('secret-wrong');
    const released = removed.when(proving(to.release('a', 1), { secretHash }), itself);
    expect(typesOf(released)).toContain('LeadershipEnded');
  });
  it('is called dead only by who knows its secret; a new process needs none to wait its turn', () => {
    given(...led)
      .when(to.register('a', successor))
      .thenRefused('secret-wrong');
    const vouched = to.register('a', { ...successor, previousSecretHash: secretHash });
    expect(typesOf(given(...led).when(vouched))).toContain('LeadershipEnded');
    const another = to.register('a', { incarnation: inc('a', 2), ...wrong });
    const restarted = given(...led).when(another);
    expect(typesOf(restarted)).toContain('LeadershipRevoked');
    expect(restarted.after.runners.get('a')!.secretHash).toBe(wrong.secretHash);
    expect(restarted.after.leadership!.secretHash).toBe(secretHash); // of the process that still holds the term
  });
  it('an operator vouches, and removes, as himself', () => {
    expect(typesOf(given(...led).when(to.resign('a', 1), ana))).toContain('LeadershipEnded');
    expect(typesOf(given(...led).when(to.deregister('a'), ana))).toContain('RunnerDeregistered');
  });
});

it('one that registered without a secret is spoken for by its incarnation, and nobody can give it one later', () => {
  const open = given(on.configured(), on.registered('a'), on.activated('a'), on.elected('a', 1));
  open.when(to.register('a', wrong)).thenNothing();
  expect(typesOf(open.when(to.release('a', 1), itself))).toContain('LeadershipEnded');
});
