import type { GroupState, RecentTerm } from './state.js';
import type { Id, Role } from './vocabulary.js';

/** Role of one process of a runner, or null if the group does not know the runner (any more). */
export function roleOf(state: GroupState, runner: Id, incarnation: string): Role | null {
  const known = state.runners.get(runner);
  const held = state.leadership;
  const holds = held?.runner === runner && held.incarnation === incarnation;
  if (known && known.incarnation !== incarnation) return 'superseded';
  if (holds) return held.handover ? 'revoked' : 'leader';
  return known ? 'standby' : null;
}

/** How a term that this runner held came to its end; undefined if it lasts, or was another's, or is long past. */
export function endOf(state: GroupState, runner: Id, term: number): (RecentTerm & { cause: NonNullable<RecentTerm['cause']> }) | undefined {
  const past = state.recentTerms.find((t) => t.term === term && t.runner === runner);
  return past?.cause ? { ...past, cause: past.cause } : undefined;
}
