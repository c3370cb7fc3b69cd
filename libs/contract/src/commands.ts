import { z } from 'zod';
import { Heard } from './parts.js';

export { Heard } from './parts.js';
import {
  Evidence,
  Id,
  Iso,
  Labels,
  LiftCause,
  PinMode,
  Platform,
  SecretHash,
  SettingsPatch,
  TaintEffect,
  Until,
  Uuid,
} from './vocabulary.js';

// Commands of the election, as they are given and as they stand in the record (docs/formats.md).

const ms = z.int().min(0);
const version = ms;
const silenceFacts = { lastSeenAt: Iso.nullable(), silentMs: z.int(), leaseMs: z.int(), deafMs: z.int() };
const seen = { lastSeenAt: Iso.nullable(), silentMs: z.int().nullable() };
const identity = { runner: Id, incarnation: Uuid };
/** How long an operator's word holds: until an instant, for a time, or until a runner is gone. */
const pauseTime = { expiresAt: Iso.nullable(), ttlMs: ms.nullable() };
const lifetime = { ...pauseTime, until: Until.nullable() };

/** Of the secret that was shown with it: whoever speaks for a process that registered with one must know it. */
const proven = { secretHash: SecretHash.optional() };

/** A process that was given up, and why. */
export const Missed = z.strictObject({ ...identity, evidence: Evidence, ...silenceFacts });
const also = z.array(Missed).readonly().optional();
const heard = Heard.optional();

/** Creates the group or changes its settings; keeps what it does not name. */
const ConfigureGroup = z.strictObject({ type: z.literal('ConfigureGroup'), settings: SettingsPatch });
/**
 * Idempotent. Attributes left out keep their value. `ready`: active at once, without a first beat. `previousExited`: the
 * incarnation that the runner's supervisor vouches to be dead (L8); `previousSecretHash`: of that one's secret.
 */
const RegisterRunner = z.strictObject({
  type: z.literal('RegisterRunner'),
  ...identity,
  platform: Platform.nullish(),
  labels: Labels.optional(),
  priority: z.int().optional(),
  ready: z.boolean(),
  previousExited: Uuid.nullable(),
  ...proven,
  previousSecretHash: SecretHash.optional(),
});
/** `heardAtVersion`: version of the group when its beat was heard (L2). */
export const Back = z.strictObject({ ...identity, heardAtVersion: version, ...seen });
/** A beat of a runner that is not active, and of `also` (with `minor` 1 of the envelope): whoever leads is elected of all of them. */
const ActivateRunner = z.strictObject({
  type: z.literal('ActivateRunner'),
  ...Back.shape,
  also: z.array(Back).readonly().optional(),
});
/** Presence gave up on a runner, and on `also`. About the leader of a `lease` group it does nothing (L5). */
const ReportSilence = z.strictObject({
  type: z.literal('ReportSilence'),
  ...Missed.shape,
  term: z.int().nullable(),
  also,
  heard,
});
/** The log holds an effective `LeaseExpired(group, term)` (L5). `also`: others who are silent, so that none of them is elected. */
const ReportLeaseExpired = z.strictObject({
  type: z.literal('ReportLeaseExpired'),
  ...silenceFacts,
  term: z.int(),
  also,
  heard,
});
const TaintRunner = z.strictObject({
  type: z.literal('TaintRunner'),
  runner: Id,
  key: Id,
  effect: TaintEffect,
  ...lifetime,
});
const UntaintRunner = z.strictObject({
  type: z.literal('UntaintRunner'),
  runner: Id,
  key: Id,
  cause: LiftCause,
});
/** Forgets the silences that damping counts, and that its last term ended badly. */
const ForgiveRunner = z.strictObject({ type: z.literal('ForgiveRunner'), runner: Id });
const PinLeader = z.strictObject({ type: z.literal('PinLeader'), runner: Id, mode: PinMode, ...lifetime });
const UnpinLeader = z.strictObject({ type: z.literal('UnpinLeader') });
/** Hands the lead over once. `transfer`: id of this wish in the record; `force`: without waiting for the old leader. */
const TransferLeadership = z.strictObject({
  type: z.literal('TransferLeadership'),
  transfer: Uuid,
  to: Id.nullable(),
  force: z.boolean(),
  deadlineMs: ms.nullable(),
});
const PauseElections = z.strictObject({ type: z.literal('PauseElections'), ...pauseTime });
/** Pauses elections and tells the leader to stop. */
const DrainGroup = z.strictObject({ type: z.literal('DrainGroup'), ...pauseTime });
const ResumeElections = z.strictObject({ type: z.literal('ResumeElections') });
/** "I have stopped": ends the term, led or in handover. A promise (L11). */
const ReleaseLeadership = z.strictObject({
  type: z.literal('ReleaseLeadership'),
  ...identity,
  term: z.int(),
  ...proven,
});
/**
 * A release with a cooldown (default: 2 × leaseMs) in which the runner is not elected again. `term`: NO_TERM for whichever it
 * holds; if it holds none, it is no candidate until it is heard again.
 */
const ResignLeadership = z.strictObject({
  type: z.literal('ResignLeadership'),
  ...identity,
  term: z.int(),
  cooldownMs: ms.nullable(),
  ...proven,
});
/** With an incarnation: the runner itself, a promise that it stopped. Without: an operator. */
const DeregisterRunner = z.strictObject({
  type: z.literal('DeregisterRunner'),
  runner: Id,
  incarnation: Uuid.nullable(),
  ...proven,
});
/**
 * The log is not the one that the servers knew; an operator takes it as it is. `isSame`: of this group nothing was lost.
 * Sent only when no lease can be out any more that the lost part granted.
 */
const AcceptLog = z.strictObject({
  type: z.literal('AcceptLog'),
  knownTerm: ms,
  knownVersion: ms,
  isSame: z.boolean(),
});
/** Old history is in an archive with this digest, kept elsewhere: the log may let go of it. */
const SealHistory = z.strictObject({
  type: z.literal('SealHistory'),
  upTo: z.int().min(1),
  digest: z.string(),
  /** Only if nothing stands between `upTo` and the seal. */
  isAll: z.literal(true).optional(),
});
/** The whole history is in an archive with this digest: the group ends, and its id is never used again. */
const DeleteGroup = z.strictObject({ ...SealHistory.shape, type: z.literal('DeleteGroup') });
/** Looks whether time alone made an election or a handover due. */
const Reconcile = z.strictObject({
  type: z.literal('Reconcile'),
  cause: z.enum(['cooldown-over', 'reconciled']),
});

/** What waits for a second person in a group that wants one. */
export const ProposedCommand = z.discriminatedUnion('type', [
  PinLeader,
  TransferLeadership,
  DeregisterRunner,
  ConfigureGroup,
  ResignLeadership,
]);
export type ProposedCommand = z.infer<typeof ProposedCommand>;
/** Another person than the one who proposed it: it takes effect. */
const ApproveOrder = z.strictObject({ type: z.literal('ApproveOrder'), proposal: Uuid });
/** Anybody who may order: it will not. */
const WithdrawOrder = z.strictObject({ type: z.literal('WithdrawOrder'), proposal: Uuid });

export const RecordedCommand = z.discriminatedUnion('type', [
  ConfigureGroup,
  RegisterRunner,
  ActivateRunner,
  ReportSilence,
  ReportLeaseExpired,
  TaintRunner,
  UntaintRunner,
  ForgiveRunner,
  PinLeader,
  UnpinLeader,
  TransferLeadership,
  PauseElections,
  DrainGroup,
  ResumeElections,
  ReleaseLeadership,
  ResignLeadership,
  DeregisterRunner,
  AcceptLog,
  SealHistory,
  DeleteGroup,
  ApproveOrder,
  WithdrawOrder,
  Reconcile,
]);
export type RecordedCommand = z.infer<typeof RecordedCommand>;
export type CommandOf<T extends RecordedCommand['type']> = Extract<RecordedCommand, { type: T }>;
