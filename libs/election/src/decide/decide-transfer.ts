import { chooseLeader, isEligible } from '../rule/choose-leader.js';
import type { TransferLeadership } from '../model/commands.js';
import { personInWords } from '../model/people.js';
import { knownRunner } from './decide-runners.js';
import type { Draft } from './draft.js';
import { endTerm, revoke } from './leadership.js';
import { refuse } from '../model/rejections.js';
import type { Leadership } from '../model/state.js';
import { later } from '../model/time.js';
import type { Id } from '../model/vocabulary.js';

/**
 * Once, through a handover; every request ends in exactly one of completed, aborted, expired (see
 * leadership.ts).
 */
export function transferLeadership({ transfer, to, force, deadlineMs }: TransferLeadership, d: Draft): void {
  const { leadership: held, pause, id } = d.state;
  if (to !== null) knownRunner(to, d);
  if (!held) {
    if (pause)
      refuse(
        'elections-paused',
        `nobody leads group "${id}", and elections are paused by ${personInWords(pause.actor)}. Resume them: it elects by itself then.`,
      );
    refuse(
      'no-eligible-runner',
      `nobody leads group "${id}", so there is nothing to transfer. It elects by itself as soon as a runner is eligible.`,
    );
  }
  if (held.handover && force && !pause) return forceTransfer(transfer, to, held, d);
  if (held.handover && !(force && pause))
    refuse(
      'handover-running',
      `group "${id}" is being handed over already (${held.handover.cause}). Wait for its end, or do not: force.`,
    );
  if (pause)
    refuse(
      'elections-paused',
      `elections of group "${id}" are paused by ${personInWords(pause.actor)}. Resume them first.`,
    );
  if (to === held.runner) return;
  checkTarget(to, d);
  const deadline = deadlineMs === null ? null : later(d.at, deadlineMs);
  d.emit('TransferRequested', { transfer, term: held.term, from: held.runner, to, force, deadline });
  revoke(d, 'transfer');
  if (force && d.state.leadership?.term === held.term) endTerm(d, 'forced');
}

/**
 * Of a handover that takes too long: its term ends now (docs/concepts.md), for the target that was asked for
 * first or is asked for now.
 */
function forceTransfer(id: string, to: Id | null, held: Leadership, d: Draft): void {
  const { transfer } = d.state;
  const isOther = transfer !== null && !transfer.isExpired && to !== null && to !== transfer.to;
  if (to === held.runner || isOther) {
    refuse(
      'handover-running',
      `group "${d.state.id}" is being handed over${isOther ? ` to ${transfer.to ? `"${transfer.to}"` : 'the next best'}` : ` from "${to}"`}. Force it without a target.`,
    );
  }
  checkTarget(to, d);
  if (transfer === null || transfer.isExpired)
    d.emit('TransferRequested', {
      transfer: id,
      term: held.term,
      from: held.runner,
      to,
      force: true,
      deadline: null,
    });
  endTerm(d, 'forced');
}

function checkTarget(to: string | null, d: Draft): void {
  const { id, leadership, runners, pin } = d.state;
  const preferred = pin?.mode === 'prefer' ? runners.get(pin.runner) : undefined;
  const isPast = to !== null && to !== preferred?.id && !d.occasion.isRecorded; // an older version did not refuse it
  const isAway = preferred?.id === leadership!.runner || isPast;
  if (preferred && isAway && isEligible(preferred, d.state, d.at)) {
    refuse(
      to === null ? 'no-eligible-runner' : 'runner-ineligible',
      `"${preferred.id}" is pinned (prefer) by ${personInWords(pin!.actor)} and would take the lead back at once. Lift the pin first.`,
    );
  }
  const { verdicts } = chooseLeader(d.state, d.at);
  if (to === null) {
    if (verdicts.some((v) => v.eligible && v.runner !== leadership!.runner)) return;
    refuse(
      'no-eligible-runner',
      `no other runner of group "${id}" may be elected now. Read the group to see why.`,
    );
  }
  if (isEligible(runners.get(to)!, d.state, d.at)) return;
  const { why } = verdicts.find((v) => v.runner === to)!;
  refuse(
    'runner-ineligible',
    `runner "${to}" may not be elected now (${why}). Mend that, or transfer to another.`,
  );
}
