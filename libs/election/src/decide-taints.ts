import type { TaintRunner, UntaintRunner } from './commands.js';
import { knownRunner } from './decide-runners.js';
import type { Draft } from './draft.js';
import { settle } from './leadership.js';

export function taintRunner({ runner, key, effect }: TaintRunner, d: Draft): void {
  const present = knownRunner(runner, d).taints.find((t) => t.key === key);
  const same = present?.effect === effect && present.reason === d.occasion.reason;
  if (same) return;
  const taint = { key, effect, expiresAt: null, until: null };
  d.emit('RunnerTainted', { runner, taint, replaces: present !== undefined });
  settle(d, 'untainted'); // a weaker effect in place of a stronger one frees the runner
}

export function untaintRunner({ runner, key, cause }: UntaintRunner, d: Draft): void {
  if (!knownRunner(runner, d).taints.some((t) => t.key === key)) return;
  d.emit('RunnerUntainted', { runner, key, cause });
  settle(d, 'untainted');
}
