import { stateOf } from './plain.js';
import type { CausedBy, DataOf, Occasion, Occurrence } from '../model/events.js';
import { reasonOf } from './orders.js';
import { secretHashOf } from '../model/roles.js';
import { RECENT_TERMS, type GroupState, type Pin, type RunnerState } from '../model/state.js';
import type { EndCause, Id } from '../model/vocabulary.js';
import {
  activate,
  attributesOf,
  changeRunner,
  miss,
  register,
  restart,
  taint,
  withRunner,
  withoutRunner,
  type Own,
} from './runners.js';

const UNSETTLING: ReadonlySet<EndCause> = new Set<EndCause>([
  'heartbeat-missed',
  'lease-expired',
  'superseded',
]);

/**
 * The state after one event. Pure and total over every event that `decide` can produce. `own`: of a fold that keeps no state
 * but the last one.
 */
export function evolve(state: GroupState, event: Occurrence, own?: Own): GroupState {
  const at = event.meta.at;
  const next = { ...state, version: state.version + 1, lastAt: at, createdAt: state.createdAt ?? at };
  const { actor, reason, commandId } = event.meta;
  const order = { version: next.version, commandId, actor };
  switch (event.type) {
    case 'GroupConfigured':
      return { ...next, settings: event.data.settings };
    case 'RunnerRegistered':
      return withRunner(next, register(event.data, at), own);
    case 'RunnerRestarted':
      return changeRunner(next, event.data.runner, (r) => restart(r, event.data, at), own);
    case 'RunnerUpdated':
      return changeRunner(next, event.data.runner, () => attributesOf(event.data), own);
    case 'RunnerActivated':
      return changeRunner(next, event.data.runner, () => activate(at), own);
    case 'HeartbeatMissed':
      return changeRunner(next, event.data.runner, (r) => miss(r, event.data, next), own);
    case 'RunnerDeregistered':
      return withoutRunner(next, event.data.runner, own);
    case 'RunnerForgiven':
      return changeRunner(next, event.data.runner, () => ({ silences: [], unsettledSince: null }), own);
    case 'RunnerTainted':
      return taint(next, event.data, event.meta, order, own);
    case 'RunnerUntainted':
      return changeRunner(
        next,
        event.data.runner,
        ({ taints }) => ({ taints: taints.filter((t) => t.key !== event.data.key) }),
        own,
      );
    case 'TransferRequested': {
      const { transfer: id, from, to, deadline } = event.data;
      const { order: by, reason: why } = standing(event, order, state);
      return { ...next, transfer: { id, from, to, deadline, order: by, reason: why, isExpired: false } };
    }
    case 'TransferEnded': {
      const isExpired = event.data.outcome === 'expired' && next.transfer !== null;
      return {
        ...next,
        transfer: isExpired ? { ...next.transfer!, to: null, deadline: null, isExpired } : null,
      };
    }
    case 'LeaderPinned':
      return { ...next, pin: { ...event.data, ...standing(event, order, state), since: at } };
    case 'LeaderUnpinned':
      return { ...next, pin: null };
    case 'OrderProposed': {
      const { proposal: id, ...asked } = event.data;
      return { ...next, proposals: [...state.proposals, { id, ...asked, actor, reason, order, since: at }] };
    }
    case 'OrderApproved':
    case 'OrderWithdrawn':
      return { ...next, proposals: state.proposals.filter(({ id }) => id !== event.data.proposal) };
    case 'ElectionsPaused':
      return { ...next, pause: { ...event.data, actor, reason, order, since: at } };
    case 'ElectionsResumed':
      return { ...next, pause: null };
    case 'LeaderElected': {
      const { term, runner, incarnation } = event.data;
      return {
        ...next,
        term,
        transfer: pendingOf(next.transfer),
        recentTerms: [...next.recentTerms, { term, runner, incarnation, cause: null }].slice(-RECENT_TERMS),
        leadership: {
          term,
          runner,
          incarnation,
          secretHash: secretHashOf(state, { runner, incarnation }),
          since: at,
          isTransferred: isReachedBy(next.transfer, runner),
          handover: null,
        },
      };
    }
    case 'LeadershipRevoked':
      return {
        ...next,
        leadership: next.leadership && {
          ...next.leadership,
          handover: {
            cause: event.data.cause,
            since: at,
            order: event.meta.causedBy ?? order,
            reason: reasonOf(event.meta.causedBy ?? order, state, event.meta),
          },
        },
      };
    case 'LeadershipEnded':
      return ended(next, event.data, event.meta, own);
    case 'LogAccepted':
      return accepted(next, event.data.knownTerm);
    case 'HistorySealed': {
      const { upTo, digest, state: past } = event.data;
      const { lastAt: until, term } = past;
      // of a seal of all before it the group is as it says: people may be forgotten in it
      const known = upTo === state.version ? stateOf(past) : next;
      return {
        ...known,
        version: next.version,
        lastAt: at,
        sealed: { upTo, until, term, digest, at: next.version },
      };
    }
    case 'GroupDeleted': // what stood in it stands in its archives
      return {
        ...next,
        runners: new Map(),
        pin: null,
        pause: null,
        proposals: [],
        deleted: { at, actor, reason },
      };
    case 'GroupLeaderless':
      return { ...next, transfer: pendingOf(next.transfer) };
    default:
      return unknownEvent(event);
  }
}

/** Whose order it is: of whoever proposed it, if it waited for a second person. */
function standing(
  { meta }: Occurrence,
  order: CausedBy,
  before: GroupState,
): Pick<Pin, 'actor' | 'reason' | 'order'> {
  const { causedBy, actor, reason } = meta;
  if (!causedBy) return { actor, reason, order };
  return { actor: causedBy.actor, reason: reasonOf(causedBy, before, meta), order: causedBy };
}

/** G1: nothing below the highest term that is known to have been is ever opened. */
function accepted(state: GroupState, knownTerm: number): GroupState {
  const term = Math.max(state.term, knownTerm);
  return { ...state, breaks: state.breaks + 1, acceptedTerm: term, term };
}

/** The outcome of an expired transfer is recorded already; with the end of its handover it is over. */
const pendingOf = (transfer: GroupState['transfer']): GroupState['transfer'] =>
  transfer?.isExpired ? null : transfer;

/** True if this runner's election is what the transfer asked for. */
export const isReachedBy = (transfer: GroupState['transfer'], leader: Id): boolean =>
  transfer !== null && (transfer.to === null ? leader !== transfer.from : leader === transfer.to);

function unknownEvent(event: never): never {
  throw new Error(`evolve met an event that it does not know: ${JSON.stringify(event)}`);
}

function ended(
  state: GroupState,
  data: DataOf<'LeadershipEnded'>,
  { at, actor }: Occasion,
  own?: Own,
): GroupState {
  const { runner, term, cause, cooldownUntil } = data;
  const last = state.recentTerms.at(-1);
  const recentTerms =
    last?.term === term ? [...state.recentTerms.slice(0, -1), { ...last, cause }] : state.recentTerms;
  const patch = (r: RunnerState) => ({
    cooldownUntil: cooldownUntil ?? r.cooldownUntil,
    isCooldownOwn: cooldownUntil === null ? r.isCooldownOwn : actor === `runner:${runner}`,
    unsettledSince: UNSETTLING.has(cause) ? at : null,
  });
  return changeRunner({ ...state, leadership: null, recentTerms }, runner, patch, own);
}
