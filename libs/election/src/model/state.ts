import type {
  EndCause,
  Id,
  Iso,
  PinMode,
  RevokeCause,
  Settings,
  Status,
  TaintEffect,
  Until,
} from './vocabulary.js';
import type { Proposal, SealedMark } from '@conclave/contract';
import type { CausedBy } from './events.js';
import { DEFAULT_SETTINGS } from './vocabulary.js';

export interface Taint {
  readonly key: Id;
  readonly effect: TaintEffect;
  readonly reason: string | null;
  readonly actor: string;
  /** The command that set it. */
  readonly order: CausedBy;
  readonly since: Iso;
  readonly expiresAt: Iso | null;
  readonly until: Until | null;
}

/** Who leads by an operator's will: `strict` only this one, `prefer` whenever it is eligible. */
export interface Pin {
  readonly runner: Id;
  readonly mode: PinMode;
  readonly reason: string | null;
  readonly actor: string;
  /** The command that set it. */
  readonly order: CausedBy;
  readonly since: Iso;
  readonly expiresAt: Iso | null;
  readonly until: Until | null;
}

/** Elections are held: a leader stays, nobody is elected. */
export interface Pause {
  readonly reason: string | null;
  readonly actor: string;
  /** The command that set it. */
  readonly order: CausedBy;
  readonly since: Iso;
  readonly expiresAt: Iso | null;
}

/** A leader on its way to be replaced once; `to` null: by the next best. */
export interface Transfer {
  readonly id: string;
  readonly from: Id;
  readonly to: Id | null;
  readonly deadline: Iso | null;
  readonly order: CausedBy;
  readonly reason: string | null;
  /** Past its deadline: without a target, but `from` still comes last until the handover ends. */
  readonly isExpired: boolean;
}

export interface RunnerState {
  readonly id: Id;
  readonly incarnation: string;
  /** Of the secret that this process registered with; null: without, and its incarnation is all that it shows. */
  readonly secretHash: string | null;
  /** The last 16 superseded incarnations, oldest first; none of them may register again (L8). */
  readonly past: readonly string[];
  readonly platform: string | null;
  readonly labels: Readonly<Record<string, string>>;
  readonly priority: number;
  /** Version of the registration event: "oldest" without clocks or ties. */
  readonly seniority: number;
  readonly status: Status;
  readonly registeredAt: Iso;
  readonly lastSeenAt: Iso | null;
  readonly activeSince: Iso | null;
  /** Since when it is not active; null while it is. What `until: {runnerGone}` counts from. */
  readonly awaySince: Iso | null;
  /** Version of the last HeartbeatMissed: a beat heard before it revives nobody (L2). */
  readonly missedVersion: number;
  /**
   * Set when its term ended by silence, lease end or a new incarnation; cleared by being active for one
   * lease.
   */
  readonly unsettledSince: Iso | null;
  readonly cooldownUntil: Iso | null;
  /** It resigned itself: a new process of it is not the one that was stopping, and need not wait. */
  readonly isCooldownOwn: boolean;
  /** When it fell silent, the last 16 times, oldest first: what flap damping is computed from. */
  readonly silences: readonly Iso[];
  readonly taints: readonly Taint[];
}

export interface Leadership {
  readonly term: number;
  readonly runner: Id;
  readonly incarnation: string;
  /** The same of its holder, also when an operator has removed it from the group. */
  readonly secretHash: string | null;
  readonly since: Iso;
  /** Won by a transfer: an operator's wish, which failback does not undo while the term lasts. */
  readonly isTransferred: boolean;
  /** Present while the group is in HANDOVER: the leader must stop, nobody else may start yet. */
  readonly handover: {
    readonly cause: RevokeCause;
    readonly since: Iso;
    /** Whose wish it is, and why. */
    readonly order: CausedBy;
    readonly reason: string | null;
  } | null;
}

/** A term and its holder; `cause` is null while it lasts. */
export interface RecentTerm {
  readonly term: number;
  readonly runner: Id;
  readonly incarnation: string;
  readonly cause: EndCause | null;
}
export const RECENT_TERMS = 64;

/** Who deleted a group, when and why. */
export interface Deletion {
  readonly at: Iso;
  readonly actor: string;
  readonly reason: string | null;
}

export interface GroupState {
  readonly id: Id;
  /** Number of events in the stream; 0 means that the group does not exist. */
  readonly version: number;
  readonly createdAt: Iso | null;
  readonly lastAt: Iso | null;
  readonly settings: Settings;
  readonly pin: Pin | null;
  readonly pause: Pause | null;
  readonly transfer: Transfer | null;
  /** Orders that wait for a second person, oldest first. */
  readonly proposals: readonly Proposal[];
  /** In order of seniority. */
  readonly runners: ReadonlyMap<Id, RunnerState>;
  /**
   * How often an operator accepted a log that had lost what was known, and the highest term known to anybody
   * then.
   */
  readonly breaks: number;
  readonly acceptedTerm: number;
  /** Last term used or known to have been used, 0 before the first. Never goes back, never reused (G1). */
  readonly term: number;
  readonly leadership: Leadership | null;
  /** The last 64 terms, oldest first: tells a late release or beat that its term is over, and why. */
  readonly recentTerms: readonly RecentTerm[];
  /** What of its history is in archives only, and no part of the log any more. */
  readonly sealed: SealedMark | null;
  /** Set once, by the last event of all: nothing is decided of it any more. */
  readonly deleted: Deletion | null;
}

export const initialState = (id: Id): GroupState => ({
  id,
  version: 0,
  createdAt: null,
  lastAt: null,
  settings: DEFAULT_SETTINGS,
  pin: null,
  pause: null,
  transfer: null,
  proposals: [],
  runners: new Map(),
  breaks: 0,
  acceptedTerm: 0,
  term: 0,
  leadership: null,
  recentTerms: [],
  sealed: null,
  deleted: null,
});
