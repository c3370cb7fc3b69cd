import type { ForgiveRunner, TaintRunner, UntaintRunner } from '../model/commands.js';
import { knownRunner } from './decide-runners.js';
import type { Draft } from './draft.js';
import { settle } from './leadership.js';
import { hasSameWords, lifetimeOf, sameLifetime } from './lifetime.js';
import { refuse } from '../model/rejections.js';
import { MAX_TAINTS } from '../model/vocabulary.js';

export function taintRunner(command: TaintRunner, d: Draft): void {
  const { runner, key, effect } = command;
  const present = knownRunner(runner, d).taints.find((t) => t.key === key);
  const lifetime = lifetimeOf(command, d);
  if (!present && knownRunner(runner, d).taints.length >= MAX_TAINTS) {
    refuse(
      'invalid-request',
      `runner "${runner}" has ${MAX_TAINTS} taints, the most it may have. Lift one, or replace one by using its key.`,
    );
  }
  if (
    present &&
    present.effect === effect &&
    hasSameWords(present, d.occasion) &&
    sameLifetime(present, lifetime)
  )
    return;
  d.emit('RunnerTainted', { runner, taint: { key, effect, ...lifetime }, replaces: present !== undefined });
  settle(d, 'untainted'); // a weaker effect in place of a stronger one frees the runner
}

export function untaintRunner({ runner, key, cause }: UntaintRunner, d: Draft): void {
  if (!knownRunner(runner, d).taints.some((t) => t.key === key)) return;
  d.emit('RunnerUntainted', { runner, key, cause });
  settle(d, 'untainted');
}

export function forgiveRunner({ runner }: ForgiveRunner, d: Draft): void {
  const { silences, unsettledSince } = knownRunner(runner, d);
  if (silences.length === 0 && unsettledSince === null) return;
  d.emit('RunnerForgiven', { runner });
  settle(d, 'cooldown-over');
}
