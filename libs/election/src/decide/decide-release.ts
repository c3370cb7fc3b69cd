import type { ReleaseLeadership, ResignLeadership } from '../model/commands.js';
import { prove, refuseIncarnation } from './decide-runners.js';
import type { Draft } from './draft.js';
import { endTerm } from './leadership.js';
import { refuse } from '../model/rejections.js';
import { heldBy } from '../model/roles.js';
import { later } from '../model/time.js';

export function releaseLeadership(command: ReleaseLeadership, d: Draft): void {
  if (holds(command, d)) endTerm(d, 'released');
}

export function resignLeadership(command: ResignLeadership, d: Draft): void {
  // Long enough for a stopping runner to be silent before it could be chosen again.
  const cooldownMs = command.cooldownMs ?? 2 * d.state.settings.leaseMs;
  if (holds(command, d)) endTerm(d, 'resigned', later(d.at, cooldownMs));
}

/**
 * True if this incarnation holds the term; false if the term is over; refuses a term that was never its own.
 */
function holds(command: ReleaseLeadership | ResignLeadership, d: Draft): boolean {
  const { runner, incarnation, term } = command;
  const held = heldBy(d.state, { runner, incarnation });
  const known = d.state.runners.get(runner);
  if (known && known.incarnation !== incarnation) refuseIncarnation(known, incarnation);
  if (!known && !held)
    refuse('runner-unknown', `group "${d.state.id}" has no runner "${runner}". Register it first.`);
  if (d.occasion.actor === `runner:${runner}`) prove(command, d); // an operator vouches as himself
  if (held?.term === term) return true;
  const past = d.state.recentTerms.find((t) => t.term === term);
  if (
    term > d.state.term ||
    term < 1 ||
    (past && past.runner !== runner) ||
    d.state.leadership?.term === term
  ) {
    refuse(
      'term-stale',
      `term ${term} of group "${d.state.id}" ${
        term > d.state.term || term < 1
          ? `has not begun (the last is ${d.state.term})`
          : 'is not held by this runner'
      }. Beat to learn role and term.`,
    );
  }
  return false;
}
