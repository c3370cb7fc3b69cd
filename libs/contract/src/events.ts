import { z } from 'zod';
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
  Settings,
  TaintEffect,
  Term,
  Until,
  Uuid,
  Verdict,
} from './vocabulary.js';

const attributes = { platform: z.string().nullable(), labels: Labels, priority: z.int() };
const identity = { runner: Id, incarnation: Uuid };
const verdicts = z.array(Verdict);

/**
 * Payload of every event of a group's stream, by stored name. Stored names are for ever (docs/concepts.md,
 * docs/formats.md).
 */
export const EventData = {
  GroupConfigured: z.object({ settings: Settings, previous: Settings.nullable() }),
  RunnerRegistered: z.object({ ...identity, ...attributes, seniority: z.int(), ready: z.boolean() }),
  RunnerRestarted: z.object({
    ...identity,
    previousIncarnation: Uuid,
    previousExited: z.boolean(),
    ...attributes,
    ready: z.boolean(),
  }),
  RunnerUpdated: z.object({ runner: Id, ...attributes }),
  RunnerActivated: z.object({ ...identity, lastSeenAt: Iso.nullable(), silentMs: z.int().nullable() }),
  HeartbeatMissed: z.object({
    ...identity,
    evidence: Evidence,
    lastSeenAt: Iso.nullable(),
    silentMs: z.int(),
    leaseMs: z.int(),
    deafMs: z.int(),
  }),
  RunnerDeregistered: z.object({ ...identity, by: z.enum(['runner', 'operator']) }),
  RunnerTainted: z.object({
    runner: Id,
    taint: z.object({ key: Id, effect: TaintEffect, expiresAt: Iso.nullable(), until: Until.nullable() }),
    replaces: z.boolean(),
  }),
  RunnerUntainted: z.object({ runner: Id, key: Id, cause: LiftCause }),
  LeaderPinned: z.object({ runner: Id, mode: PinMode, expiresAt: Iso.nullable(), until: Until.nullable() }),
  LeaderUnpinned: z.object({ runner: Id, mode: PinMode, cause: LiftCause }),
  ElectionsPaused: z.object({ expiresAt: Iso.nullable() }),
  ElectionsResumed: z.object({ cause: LiftCause }),
  TransferRequested: z.object({
    transfer: Uuid,
    term: Term,
    from: Id,
    to: Id.nullable(),
    force: z.boolean(),
    deadline: Iso.nullable(),
  }),
  TransferEnded: z.object({
    transfer: Uuid,
    outcome: z.enum(['completed', 'aborted', 'expired']),
    why: z.string().nullable(),
    leader: Id.nullable(),
  }),
  RunnerForgiven: z.object({ runner: Id }),
  LeaderElected: z.object({
    term: Term,
    ...identity,
    cause: ElectCause,
    previous: z.object({ runner: Id, term: Term }).nullable(),
    leaseMs: z.int(),
    failover: Failover,
    verdicts,
  }),
  LeadershipRevoked: z.object({
    term: Term,
    ...identity,
    cause: RevokeCause,
    successor: Id.nullable(),
    verdicts,
    key: Id.optional(),
    transfer: Uuid.optional(),
  }),
  LeadershipEnded: z.object({ term: Term, ...identity, cause: EndCause, cooldownUntil: Iso.nullable() }),
  /**
   * The log had lost what was known of this group (a restored backup); an operator took it as it is. Terms go
   * on above both (G1).
   */
  LogAccepted: z.object({
    knownTerm: z.int().min(0),
    knownVersion: z.int().min(0),
    foundTerm: z.int().min(0),
    foundVersion: z.int().min(0),
  }),
  GroupLeaderless: z.object({ afterTerm: Term, cause: ElectCause, paused: z.boolean(), verdicts }),
} as const;

/** Version of the stored form; a newer one is not read by an older server. */
export const STORED_FORM = 1;
/**
 * Place of an event in its append: what one command wrote is one change, and every reader must know where it
 * ends.
 */
export const Part = z
  .object({ index: z.int().min(0), of: z.int().min(1) })
  .refine(({ index, of }) => index < of, 'index must be below of');

/**
 * What stands beside every payload: who, when, why, and the hash that chains the stream (tamper evidence).
 */
export const Envelope = z.object({
  v: z.literal(STORED_FORM),
  id: Uuid,
  part: Part,
  at: Iso,
  actor: z.string(),
  reason: z.string().nullable(),
  commandId: Uuid,
  requestHash: z.string(),
  correlationId: z.string(),
  instance: Uuid,
  /** On the first event of an append: the command that it answers, as it was asked. */
  command: z.looseObject({ type: z.string() }).optional(),
  hash: z.string(),
});
export type Envelope = z.infer<typeof Envelope>;
