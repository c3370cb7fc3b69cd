import type { Occasion } from './events.js';
import type {
  Evidence,
  Id,
  Iso,
  LiftCause,
  PinMode,
  SettingsPatch,
  TaintEffect,
  Until,
} from './vocabulary.js';

/** Creates the group or changes its settings; keeps what it does not name. */
export interface ConfigureGroup {
  type: 'ConfigureGroup';
  settings: SettingsPatch;
}

/** Idempotent. Attributes left out keep their value. `ready`: active at once, without a first beat. */
export interface RegisterRunner {
  type: 'RegisterRunner';
  runner: Id;
  incarnation: string;
  platform?: string | null | undefined;
  labels?: Record<string, string> | undefined;
  priority?: number | undefined;
  ready: boolean;
  /** The incarnation that the runner's supervisor vouches to be dead (L8). */
  previousExited: string | null;
}

/**
 * A beat of a runner that is not active. `heardAtVersion`: version of the group when the beat was heard (L2).
 */
export interface ActivateRunner {
  type: 'ActivateRunner';
  runner: Id;
  incarnation: string;
  heardAtVersion: number;
  lastSeenAt: Iso | null;
  silentMs: number | null;
}

interface SilenceFacts {
  lastSeenAt: Iso | null;
  silentMs: number;
  leaseMs: number;
  deafMs: number;
}

/** A process that was given up, and why. */
export interface Missed extends SilenceFacts {
  runner: Id;
  incarnation: string;
  evidence: Evidence;
}
/** So many processes one command gives up at the most: well under the 1 MiB that an append may have. */
export const MOST_MISSED = 250;

/** Presence gave up on a runner, and on `also`. About the leader of a `lease` group it does nothing (L5). */
export interface ReportSilence extends Missed {
  type: 'ReportSilence';
  term: number | null;
  also?: readonly Missed[];
}

/**
 * The log holds an effective `LeaseExpired(group, term)` (L5). `also`: others who are silent, so that none of them is
 * elected.
 */
export interface ReportLeaseExpired extends SilenceFacts {
  type: 'ReportLeaseExpired';
  term: number;
  also?: readonly Missed[];
}

/** How long an operator's word holds: until an instant, for a time, or until a runner is gone. */
export interface Lifetime {
  expiresAt: Iso | null;
  ttlMs: number | null;
  until: Until | null;
}
export interface TaintRunner extends Lifetime {
  type: 'TaintRunner';
  runner: Id;
  key: Id;
  effect: TaintEffect;
}
export interface PinLeader extends Lifetime {
  type: 'PinLeader';
  runner: Id;
  mode: PinMode;
}
/**
 * Hands the lead over once. `transfer`: id of this wish in the record; `force`: without waiting for the old
 * leader.
 */
export interface TransferLeadership {
  type: 'TransferLeadership';
  transfer: string;
  to: Id | null;
  force: boolean;
  deadlineMs: number | null;
}
export interface UnpinLeader {
  type: 'UnpinLeader';
}
export interface PauseElections extends Omit<Lifetime, 'until'> {
  type: 'PauseElections';
}
/** Pauses elections and tells the leader to stop. */
export interface DrainGroup extends Omit<Lifetime, 'until'> {
  type: 'DrainGroup';
}
export interface ResumeElections {
  type: 'ResumeElections';
}
export interface UntaintRunner {
  type: 'UntaintRunner';
  runner: Id;
  key: Id;
  cause: LiftCause;
}

/** Forgets the silences that damping counts, and that its last term ended badly. */
export interface ForgiveRunner {
  type: 'ForgiveRunner';
  runner: Id;
}

/** "I have stopped": ends the term, led or in handover. A promise (L11). */
export interface ReleaseLeadership {
  type: 'ReleaseLeadership';
  runner: Id;
  incarnation: string;
  term: number;
}

/** A release with a cooldown in which the runner is not elected again. Default: 2 × leaseMs. */
export interface ResignLeadership {
  type: 'ResignLeadership';
  runner: Id;
  incarnation: string;
  term: number;
  cooldownMs: number | null;
}

/** With an incarnation: the runner itself, a promise that it stopped. Without: an operator. */
export interface DeregisterRunner {
  type: 'DeregisterRunner';
  runner: Id;
  incarnation: string | null;
}

/**
 * The log is not the one that the servers knew; an operator takes it as it is. `isSame`: of this group
 * nothing was lost. Sent only when no lease can be out any more that the lost part granted.
 */
export interface AcceptLog {
  type: 'AcceptLog';
  knownTerm: number;
  knownVersion: number;
  isSame: boolean;
}

/** Looks whether time alone made an election or a handover due. */
export interface Reconcile {
  type: 'Reconcile';
  cause: 'cooldown-over' | 'reconciled';
}

export type ElectionCommand =
  | ConfigureGroup
  | RegisterRunner
  | ActivateRunner
  | ReportSilence
  | ReportLeaseExpired
  | TaintRunner
  | UntaintRunner
  | ForgiveRunner
  | PinLeader
  | TransferLeadership
  | UnpinLeader
  | PauseElections
  | DrainGroup
  | ResumeElections
  | ReleaseLeadership
  | ResignLeadership
  | DeregisterRunner
  | AcceptLog
  | Reconcile;

/**
 * Who asks, when and why. The command is refused unless `ifTerm` is the group's last term and `ifVersion` its
 * version.
 */
export interface CommandContext extends Occasion {
  ifTerm?: number | undefined;
  ifVersion?: number | undefined;
}
