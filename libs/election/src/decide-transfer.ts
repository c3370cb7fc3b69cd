import { chooseLeader, isEligible } from './choose-leader.js';
import type { TransferLeadership } from './commands.js';
import { knownRunner } from './decide-runners.js';
import type { Draft } from './draft.js';
import { endTerm, revoke } from './leadership.js';
import { refuse } from './rejections.js';
import { later } from './time.js';

/** Once, through a handover; every request ends in exactly one of completed, aborted, expired (see leadership.ts). */
export function transferLeadership({ transfer, to, force, deadlineMs }: TransferLeadership, d: Draft): void {
  const { leadership: held, pause, id } = d.state;
  if (to !== null) knownRunner(to, d);
  if (!held) {
    refuse('no-eligible-runner', `nobody leads group "${id}", so there is nothing to transfer. It elects by itself as soon as a runner is eligible.`);
  }
  if (held.handover)
    refuse('handover-running', `group "${id}" is being handed over already (${held.handover.cause}). Wait for its end, then decide again.`);
  if (pause) refuse('elections-paused', `elections of group "${id}" are paused by ${pause.actor}. Resume them first.`);
  if (to === held.runner) return;
  checkTarget(to, d);
  const deadline = deadlineMs === null ? null : later(d.at, deadlineMs);
  d.emit('TransferRequested', { transfer, term: held.term, from: held.runner, to, force, deadline });
  revoke(d, 'transfer');
  if (force && d.state.leadership?.term === held.term) endTerm(d, 'forced');
}

function checkTarget(to: string | null, d: Draft): void {
  const { id, leadership, runners, pin } = d.state;
  const preferred = pin?.mode === 'prefer' && pin.runner === leadership!.runner ? runners.get(pin.runner) : undefined;
  if (preferred && isEligible(preferred, d.state, d.at)) {
    refuse(
      to === null ? 'no-eligible-runner' : 'runner-ineligible',
      `"${preferred.id}" is pinned (prefer) by ${pin!.actor} and would take the lead back at once. Lift the pin first.`,
    );
  }
  const { verdicts } = chooseLeader(d.state, d.at);
  if (to === null) {
    if (verdicts.some((v) => v.eligible && v.runner !== leadership!.runner)) return;
    refuse('no-eligible-runner', `no other runner of group "${id}" may be elected now. Read the group to see why.`);
  }
  if (isEligible(runners.get(to)!, d.state, d.at)) return;
  const { why } = verdicts.find((v) => v.runner === to)!;
  refuse('runner-ineligible', `runner "${to}" may not be elected now (${why}). Mend that, or transfer to another.`);
}
