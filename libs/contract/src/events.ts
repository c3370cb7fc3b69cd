import { z } from 'zod';
import { Auth } from './parts.js';
import { ProposedCommand, RecordedCommand } from './commands.js';
import { CausedBy, SealedHistory } from './sealed.js';
import {
  ElectCause,
  EndCause,
  Evidence,
  Failover,
  Id,
  Iso,
  Labels,
  LiftCause,
  PinMode,
  RevokeCause,
  SecretHash,
  Settings,
  TaintEffect,
  Term,
  Until,
  Uuid,
  Verdict,
} from './vocabulary.js';

const attributes = { platform: z.string().nullable(), labels: Labels, priority: z.int() };
const identity = { runner: Id, incarnation: Uuid };
/** Of the secret with which the process registered, if it did. */
const proven = { secretHash: SecretHash.optional() };
const verdicts = z.array(Verdict);

/**
 * Payload of every event of a group's stream, by stored name. Stored names are for ever (docs/concepts.md,
 * docs/formats.md).
 */
export const EventData = {
  GroupConfigured: z.strictObject({ settings: Settings, previous: Settings.nullable() }),
  RunnerRegistered: z.strictObject({
    ...identity,
    ...attributes,
    seniority: z.int(),
    ready: z.boolean(),
    ...proven,
  }),
  RunnerRestarted: z.strictObject({
    ...identity,
    previousIncarnation: Uuid,
    previousExited: z.boolean(),
    ...attributes,
    ready: z.boolean(),
    ...proven,
  }),
  RunnerUpdated: z.strictObject({ runner: Id, ...attributes }),
  RunnerActivated: z.strictObject({ ...identity, lastSeenAt: Iso.nullable(), silentMs: z.int().nullable() }),
  HeartbeatMissed: z.strictObject({
    ...identity,
    evidence: Evidence,
    lastSeenAt: Iso.nullable(),
    silentMs: z.int(),
    leaseMs: z.int(),
    deafMs: z.int(),
  }),
  RunnerDeregistered: z.strictObject({ ...identity, by: z.enum(['runner', 'operator']) }),
  RunnerTainted: z.strictObject({
    runner: Id,
    taint: z.strictObject({
      key: Id,
      effect: TaintEffect,
      expiresAt: Iso.nullable(),
      until: Until.nullable(),
    }),
    replaces: z.boolean(),
  }),
  RunnerUntainted: z.strictObject({ runner: Id, key: Id, cause: LiftCause }),
  LeaderPinned: z.strictObject({
    runner: Id,
    mode: PinMode,
    expiresAt: Iso.nullable(),
    until: Until.nullable(),
  }),
  LeaderUnpinned: z.strictObject({ runner: Id, mode: PinMode, cause: LiftCause }),
  ElectionsPaused: z.strictObject({ expiresAt: Iso.nullable() }),
  ElectionsResumed: z.strictObject({ cause: LiftCause }),
  TransferRequested: z.strictObject({
    transfer: Uuid,
    term: Term,
    from: Id,
    to: Id.nullable(),
    force: z.boolean(),
    deadline: Iso.nullable(),
  }),
  TransferEnded: z.strictObject({
    transfer: Uuid,
    outcome: z.enum(['completed', 'aborted', 'expired']),
    why: z.string().nullable(),
    leader: Id.nullable(),
  }),
  /** An order that waits for a second person. `proposal`: the id of the command. */
  OrderProposed: z.strictObject({ proposal: Uuid, command: ProposedCommand, expiresAt: Iso }),
  /** A second person wants it, too: what it orders stands before this in the same append. */
  OrderApproved: z.strictObject({ proposal: Uuid }),
  OrderWithdrawn: z.strictObject({ proposal: Uuid, cause: z.enum(['request', 'expired']) }),
  RunnerForgiven: z.strictObject({ runner: Id }),
  LeaderElected: z.strictObject({
    term: Term,
    ...identity,
    cause: ElectCause,
    previous: z.strictObject({ runner: Id, term: Term }).nullable(),
    leaseMs: z.int(),
    failover: Failover,
    verdicts,
  }),
  LeadershipRevoked: z.strictObject({
    term: Term,
    ...identity,
    cause: RevokeCause,
    successor: Id.nullable(),
    verdicts,
    key: Id.optional(),
    transfer: Uuid.optional(),
  }),
  LeadershipEnded: z.strictObject({
    term: Term,
    ...identity,
    cause: EndCause,
    cooldownUntil: Iso.nullable(),
  }),
  /**
   * The log had lost what was known of this group (a restored backup); an operator took it as it is. Terms go
   * on above both (G1).
   */
  LogAccepted: z.strictObject({
    knownTerm: z.int().min(0),
    knownVersion: z.int().min(0),
    foundTerm: z.int().min(0),
    foundVersion: z.int().min(0),
  }),
  /**
   * History up to `upTo` is in an archive with this digest and may be gone from the log: whoever reads the rest begins with
   * the state here.
   */
  HistorySealed: SealedHistory,
  /** The last event of a group, for ever: its id is never used again, so no term of it comes twice (G1). */
  GroupDeleted: z.strictObject({}),
  GroupLeaderless: z.strictObject({ afterTerm: Term, cause: ElectCause, paused: z.boolean(), verdicts }),
} as const;

/** Version of the stored form; a newer one is not read by an older server, an older one is migrated by `conclave import`. */
export const STORED_FORM = 3;
/**
 * Of that form: what it has gained since. Whoever knows an earlier one reads it, and shows what is new as unknown. 1: `also` of
 * ActivateRunner. An event says the least that it needs.
 */
export const STORED_MINOR = 1;
/**
 * Place of an event in its append: what one command wrote is one change, and every reader must know where it
 * ends.
 */
export const Part = z
  .strictObject({ index: z.int().min(0), of: z.int().min(1) })
  .refine(({ index, of }) => index < of, 'index must be below of');

/** What keeps commitments to people from being guessed, by person. */
export const Salts = z.record(z.string().regex(/^(operator|claimed):/), z.string().regex(/^[0-9a-f]{32}$/));
/**
 * What stands beside every payload: who, when, why, and the hash that chains the stream (tamper evidence).
 */
export const Envelope = z.strictObject({
  v: z.literal(STORED_FORM),
  /** Absent: 0. */
  minor: z.int().min(1).optional(),
  id: Uuid,
  part: Part,
  at: Iso,
  actor: z.string(),
  /** Absent: the system decided it by itself. */
  auth: Auth.optional().meta({ description: 'how it was proved who asked; absent: the system decided it' }),
  reason: z.string().nullable(),
  commandId: Uuid,
  requestHash: z.string(),
  correlationId: z.string(),
  instance: Uuid,
  /** On the first event of an append: the command that it answers, as it was asked. */
  command: RecordedCommand.optional(),
  /** Of an event that nobody asked for by itself: the earlier command that it follows from. */
  causedBy: CausedBy.optional(),
  /** One for each person named here; not hashed, see docs/formats.md. */
  salts: Salts.optional(),
  hash: z.string(),
});
export type Envelope = z.infer<typeof Envelope>;
