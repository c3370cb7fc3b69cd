import {
  evolveBy,
  type ElectionCommand,
  type ElectionEvent,
  type GroupState,
  type Lifetime,
  type RevokeCause,
} from '@conclave/election';
import { endCommand, exitedIn, silenceCommand, type Step } from './recovered-end.js';

/** Heard after everything: the record has it, so the beat was not ignored. */
const ANY_VERSION = Number.MAX_SAFE_INTEGER;

/** What `decide` adds by itself to any command: never what was asked for. */
function isConsequence({ type, data }: ElectionEvent): boolean {
  switch (type) {
    case 'RunnerUntainted':
    case 'LeaderUnpinned':
    case 'ElectionsResumed':
    case 'OrderWithdrawn':
      return data.cause !== 'request';
    case 'LeadershipEnded':
      return data.cause === 'fenced' || data.cause === 'forced';
    default:
      return ['LeaderElected', 'LeadershipRevoked', 'GroupLeaderless', 'TransferEnded'].includes(type);
  }
}

function activation(events: readonly Step[]): ElectionCommand {
  const [first, ...also] = events.flatMap(({ type, data }) =>
    type === 'RunnerActivated' ? [{ ...data, heardAtVersion: ANY_VERSION }] : [],
  );
  return { type: 'ActivateRunner', ...first!, ...(also.length > 0 && { also }) };
}

const lifetime = ({ expiresAt, until }: Omit<Lifetime, 'ttlMs'>): Lifetime => ({
  expiresAt,
  ttlMs: null,
  until,
});

/**
 * The command that one append answered, from its events: commands are not stored, but each leaves its facts,
 * and the rest of the append follows from them (G4). `before`: the group when it was decided.
 */
export function commandOf(events: readonly Step[], before: GroupState): ElectionCommand {
  const index = events.findIndex((event) => !isConsequence(event));
  const fact = events[index];
  // what had expired came first
  if (index > 0) return commandOf(events.slice(index), evolveBy(before, events.slice(0, index)));
  if (!fact) return unprompted(events, before);
  const { type, data, meta } = fact;
  switch (type) {
    case 'GroupConfigured': {
      const registered = events.find((e) => e.type === 'RunnerRegistered');
      const isFirst = registered ?? events.find((e) => e.type === 'LogAccepted');
      if (isFirst && before.version === 0) return commandOf(events.slice(1), before);
      return {
        type: 'ConfigureGroup',
        settings: { ...data.settings, damping: data.settings.damping ?? null },
      };
    }
    case 'RunnerRegistered':
    case 'RunnerRestarted': {
      const { runner, incarnation, platform, labels, priority, ready } = data;
      const exited = type === 'RunnerRestarted' && data.previousExited ? data.previousIncarnation : null;
      return {
        type: 'RegisterRunner',
        runner,
        incarnation,
        platform,
        labels,
        priority,
        ready,
        previousExited: exited ?? exitedIn(events, before),
      };
    }
    case 'RunnerUpdated': {
      const ready = events.some((e) => e.type === 'RunnerActivated');
      const incarnation = before.runners.get(data.runner)?.incarnation ?? '';
      return {
        type: 'RegisterRunner',
        ...data,
        incarnation,
        ready,
        previousExited: exitedIn(events, before),
      };
    }
    case 'RunnerActivated': {
      const previousExited = exitedIn(events, before);
      if (previousExited !== null)
        return {
          type: 'RegisterRunner',
          runner: data.runner,
          incarnation: data.incarnation,
          ready: true,
          previousExited,
        };
      return activation(events);
    }
    case 'HeartbeatMissed':
      return silenceCommand(events, meta.at, before);
    case 'RunnerDeregistered':
      return {
        type: 'DeregisterRunner',
        runner: data.runner,
        incarnation: data.by === 'runner' ? data.incarnation : null,
      };
    case 'RunnerTainted':
      return {
        type: 'TaintRunner',
        runner: data.runner,
        key: data.taint.key,
        effect: data.taint.effect,
        ...lifetime(data.taint),
      };
    case 'RunnerUntainted':
      return { type: 'UntaintRunner', runner: data.runner, key: data.key, cause: 'request' };
    case 'RunnerForgiven':
      return { type: 'ForgiveRunner', runner: data.runner };
    case 'LogAccepted': {
      const isSame = !isRevokedBy(events, 'log-accepted');
      return { type: 'AcceptLog', knownTerm: data.knownTerm, knownVersion: data.knownVersion, isSame };
    }
    case 'LeaderPinned':
      return { type: 'PinLeader', runner: data.runner, mode: data.mode, ...lifetime(data) };
    case 'LeaderUnpinned':
      return { type: 'UnpinLeader' };
    case 'ElectionsPaused':
      return {
        type: isRevokedBy(events, 'drained') ? 'DrainGroup' : 'PauseElections',
        expiresAt: data.expiresAt,
        ttlMs: null,
      };
    case 'ElectionsResumed':
      return { type: 'ResumeElections' };
    case 'TransferRequested': {
      const { transfer, to, force, deadline } = data;
      return {
        type: 'TransferLeadership',
        transfer,
        to,
        force,
        deadlineMs: deadline === null ? null : Date.parse(deadline) - Date.parse(meta.at),
      };
    }
    case 'OrderProposed':
      return data.command;
    case 'OrderApproved':
      return { type: 'ApproveOrder', proposal: data.proposal };
    case 'OrderWithdrawn':
      return { type: 'WithdrawOrder', proposal: data.proposal };
    case 'LeadershipEnded':
      return endCommand(data, meta.at, before);
    default:
      throw new Error(`${type} is a consequence, no fact`);
  }
}

const isRevokedBy = (events: readonly Step[], cause: RevokeCause): boolean =>
  events.some((e) => e.type === 'LeadershipRevoked' && e.data.cause === cause);

function unprompted(events: readonly Step[], { transfer }: GroupState): ElectionCommand {
  const isForced = events.some((e) => e.type === 'LeadershipEnded' && e.data.cause === 'forced');
  if (isForced && transfer)
    return { type: 'TransferLeadership', transfer: transfer.id, to: null, force: true, deadlineMs: null };
  return { type: 'Reconcile', cause: causeOf(events) };
}

function causeOf(events: readonly Step[]): 'cooldown-over' | 'reconciled' {
  return events.some((e) => e.type === 'LeaderElected' && e.data.cause === 'reconciled')
    ? 'reconciled'
    : 'cooldown-over';
}
