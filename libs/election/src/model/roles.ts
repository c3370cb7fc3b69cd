import type { Missed } from './commands.js';
import type { RecordedEvent } from './events.js';
import type { ProcessId } from './keys.js';
import type { GroupState, Leadership, RecentTerm } from './state.js';
import type { Id, Iso, Role } from './vocabulary.js';

/**
 * The running term if this very process holds it, led or in handover; with `term`, only if it is that one.
 */
export function heldBy(
  { leadership }: Pick<GroupState, 'leadership'>,
  { runner, incarnation }: Omit<ProcessId, 'group'>,
  term?: number,
): Leadership | null {
  const isHolder =
    leadership?.runner === runner &&
    leadership.incarnation === incarnation &&
    (term ?? leadership.term) === leadership.term;
  return isHolder ? leadership : null;
}

/** Of the secret that this process registered with, if the group knows it and it did. */
export function secretHashOf(
  state: GroupState,
  about: Omit<ProcessId, 'group'>,
  known = state.runners.get(about.runner),
): string | null {
  if (known?.incarnation === about.incarnation) return known.secretHash;
  return heldBy(state, about)?.secretHash ?? null;
}

/** True if whoever shows this may speak for the process: it registered without a secret, or with this one. */
export function knowsSecret(
  about: Omit<ProcessId, 'group'> & { secretHash?: string | undefined },
  state: GroupState,
  known = state.runners.get(about.runner),
): boolean {
  const wanted = secretHashOf(state, about, known);
  return wanted === null || wanted === about.secretHash;
}

/** What is recorded of a process that says itself that it goes away. */
export const goodbyeOf = (
  { runner, incarnation }: Omit<ProcessId, 'group'>,
  { settings }: GroupState,
  lastSeenAt: Iso | null,
): Missed => {
  const { leaseMs } = settings;
  return { runner, incarnation, evidence: 'connection-lost', lastSeenAt, silentMs: 0, leaseMs, deafMs: 0 };
};

/** True if it stands in the log by the runner's own word; of several of one group that go away in one moment a server tells. */
export const isGoodbye = ({ data, meta }: Extract<RecordedEvent, { type: 'HeartbeatMissed' }>): boolean =>
  meta.actor === `runner:${data.runner}`;

/**
 * Role of one process of a runner, or null if the group does not know the runner (any more). Of a log that was restored the
 * runner's newest process may be lost: none is superseded then but who is known to be an older one (L8).
 */
export function roleOf(
  state: GroupState,
  runner: Id,
  incarnation: string,
  known = state.runners.get(runner),
): Role | null {
  if (known && known.incarnation !== incarnation)
    return state.breaks > 0 && !known.past.includes(incarnation) ? null : 'superseded';
  const held = heldBy(state, { runner, incarnation });
  if (held) return held.handover ? 'revoked' : 'leader';
  return known ? 'standby' : null;
}

/**
 * How a term that this runner held came to its end; undefined if it lasts, or was another's, or is long past.
 */
export function endOf(
  state: GroupState,
  runner: Id,
  term: number,
): (RecentTerm & { cause: NonNullable<RecentTerm['cause']> }) | undefined {
  const past = state.recentTerms.find((t) => t.term === term && t.runner === runner);
  return past?.cause ? { ...past, cause: past.cause } : undefined;
}
