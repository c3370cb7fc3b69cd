import {
  followingHeartbeatMs,
  heldBy,
  NO_TERM,
  type ConfigureGroup,
  type ElectionCommand,
  type GroupState,
  type SettingsPatch,
} from '@conclave/election';
import { isUntaken } from './hindsight/hindsight.js';
import { reportedIn, type Fact } from './hindsight/facts.js';

/** What a recorded command means where somebody else may lead; null: nothing. `patch`: the other settings. */
export function reinterpret(fact: Fact, state: GroupState, patch: SettingsPatch): ElectionCommand | null {
  const { command, before } = fact;
  const held = state.leadership;
  switch (command.type) {
    case 'ConfigureGroup':
      return overrideSettings(command, patch);
    case 'ReportSilence':
    case 'ReportLeaseExpired':
      return reported(fact, state);
    case 'ReleaseLeadership':
    case 'ResignLeadership': {
      const own = heldBy(state, command);
      if (command.term === NO_TERM) return command; // it went away, in every world
      if (!own) return null;
      // it stopped because it had to, which here it may not have
      const wasTold = before !== null && before.handoverMs !== null;
      return wasTold && !own.handover ? null : { ...command, term: own.term };
    }
    case 'TransferLeadership': {
      const isMeant = command.to === null ? held?.runner === before?.runner : held?.runner !== command.to;
      return isMeant ? command : null;
    }
    default:
      return command;
  }
}

/** Whoever fell silent did so in every world; only what follows differs. */
function reported(fact: Fact, state: GroupState): ElectionCommand | null {
  const { command, before } = fact;
  if (command.type !== 'ReportSilence' && command.type !== 'ReportLeaseExpired') return null;
  const runner = reportedIn(fact);
  const incarnation = command.type === 'ReportSilence' ? command.incarnation : (before?.incarnation ?? '');
  if (runner === null) return null;
  const { lastSeenAt, silentMs, leaseMs, deafMs } = command;
  const facts = { lastSeenAt, silentMs, leaseMs, deafMs };
  const evidence = command.type === 'ReportSilence' ? command.evidence : 'silence';
  const held = heldBy(state, { runner, incarnation });
  const isExpiryOnly = command.type === 'ReportLeaseExpired' && silentMs < leaseMs;
  if (isUntaken(fact)) return null; // wherever it begins here, it ends by itself
  // a lease that ran out though its holder was heard: of a handover, or it did not name its term any more
  if (isExpiryOnly && !(held && (held.handover || held.since === before?.since))) return null;
  if (held && (state.settings.failover === 'lease' || command.type === 'ReportLeaseExpired')) {
    return evidence === 'silence' ? { type: 'ReportLeaseExpired', term: held.term, ...facts } : null;
  }
  return { type: 'ReportSilence', runner, incarnation, term: held?.term ?? null, evidence, ...facts };
}

/**
 * The other settings stay in force over what operators set; an order that names none of them says what it said,
 * word for word. A heartbeat that no longer fits follows the lease.
 */
export function overrideSettings(command: ConfigureGroup, patch: SettingsPatch): ConfigureGroup {
  const { heartbeatMs, ...rest } = command.settings;
  const fits = patch.leaseMs === undefined || (heartbeatMs ?? 0) <= followingHeartbeatMs(patch.leaseMs);
  const set: SettingsPatch = { ...rest, ...(heartbeatMs !== undefined && fits && { heartbeatMs }) };
  const named = Object.entries(patch).filter(([name]) => name in set);
  const settings: SettingsPatch = { ...set, ...Object.fromEntries(named) };
  if (set.damping && patch.damping) settings.damping = { ...set.damping, ...patch.damping };
  return { ...command, settings };
}
