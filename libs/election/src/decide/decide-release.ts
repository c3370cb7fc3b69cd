import type { ReleaseLeadership, ResignLeadership } from '../model/commands.js';
import { prove, refuseIncarnation } from './decide-runners.js';
import { recordMissed } from './decide-silence.js';
import type { Draft } from './draft.js';
import { endTerm } from './leadership.js';
import { refuse } from '../model/rejections.js';
import { goodbyeOf, heldBy } from '../model/roles.js';
import { later } from '../model/time.js';
import { NO_TERM } from '../model/vocabulary.js';

type Giving = ReleaseLeadership | ResignLeadership;

export function releaseLeadership(command: ReleaseLeadership, d: Draft): void {
  if (holds(command, d)) endTerm(d, 'released');
}

export function resignLeadership(command: ResignLeadership, d: Draft): void {
  // Long enough for a stopping runner to be silent before it could be chosen again.
  const cooldownMs = command.cooldownMs ?? 2 * d.state.settings.leaseMs;
  const isHeld = command.term === NO_TERM ? holdsAny(command, d) : holds(command, d);
  if (isHeld) endTerm(d, 'resigned', later(d.at, cooldownMs));
  else if (command.term === NO_TERM) goAway(command, d);
}

/** By its own word, which nobody else can give: else whoever leads stops beside it, and it is elected (G5). */
function goAway(command: ResignLeadership, d: Draft): void {
  if (d.occasion.actor === `runner:${command.runner}`) recordMissed(goodbyeOf(command, d.state, null), d);
}

/** True if this process holds a term. Refuses what only another could say. */
function holdsAny(command: Giving, d: Draft): boolean {
  const { runner, incarnation } = command;
  const held = heldBy(d.state, { runner, incarnation });
  const known = d.state.runners.get(runner);
  if (known && known.incarnation !== incarnation) refuseIncarnation(known, incarnation);
  if (!known && !held)
    refuse('runner-unknown', `group "${d.state.id}" has no runner "${runner}". Register it first.`);
  if (d.occasion.actor === `runner:${runner}`) prove(command, d); // an operator vouches as himself
  return held !== null;
}

/**
 * True if this incarnation holds the term; false if the term is over; refuses a term that was never its own.
 */
function holds(command: Giving, d: Draft): boolean {
  const { runner, term } = command;
  if (holdsAny(command, d) && d.state.leadership?.term === term) return true;
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
