import { z } from 'zod';
import { ProposedCommand } from './commands.js';
import {
  EndCause,
  Id,
  Iso,
  Labels,
  PinMode,
  RevokeCause,
  Settings,
  Sha256,
  Status,
  TaintEffect,
  Term,
  Until,
  Uuid,
  VacancyWhy,
} from './vocabulary.js';

// What a sealed part of a history has left behind in the log: a group as it stood, in plain JSON (docs/formats.md).

const count = z.int().min(0);
const instant = Iso.nullable();
const text = z.string().nullable();

/** The command on whose account something happens: the event that recorded it, and who gave it. */
export const CausedBy = z.strictObject({ version: z.int().min(1), commandId: Uuid, actor: z.string() });
export type CausedBy = z.infer<typeof CausedBy>;

/** What a person ordered, and that lasts. */
export const ordered = { reason: text, actor: z.string(), order: CausedBy, since: Iso };
const Taint = z.strictObject({
  key: Id,
  effect: TaintEffect,
  ...ordered,
  expiresAt: instant,
  until: Until.nullable(),
});
const Pin = z.strictObject({
  runner: Id,
  mode: PinMode,
  ...ordered,
  expiresAt: instant,
  until: Until.nullable(),
});
const Pause = z.strictObject({ ...ordered, expiresAt: instant });
const Transfer = z.strictObject({
  id: Uuid,
  from: Id,
  to: Id.nullable(),
  deadline: instant,
  order: CausedBy,
  reason: text,
  isExpired: z.boolean(),
});
/** An order that waits for a second person. */
export const Proposal = z.strictObject({ id: Uuid, command: ProposedCommand, ...ordered, expiresAt: Iso });
export type Proposal = z.infer<typeof Proposal>;
const Runner = z.strictObject({
  id: Id,
  incarnation: Uuid,
  secretHash: Sha256.nullable(),
  past: z.array(Uuid),
  platform: text,
  labels: Labels,
  priority: z.int(),
  seniority: z.int().min(1),
  status: Status,
  registeredAt: Iso,
  lastSeenAt: instant,
  activeSince: instant,
  awaySince: instant,
  missedVersion: count,
  unsettledSince: instant,
  cooldownUntil: instant,
  isCooldownOwn: z.boolean(),
  silences: z.array(Iso),
  taints: z.array(Taint),
});
const process = { term: Term, runner: Id, incarnation: Uuid };
const Leadership = z.strictObject({
  ...process,
  secretHash: Sha256.nullable(),
  since: Iso,
  isTransferred: z.boolean(),
  handover: z.strictObject({ cause: RevokeCause, since: Iso, order: CausedBy, reason: text }).nullable(),
});
/** Up to which version, and to when, history is in archives; `at`: version of the event that says so. */
export const SealedMark = z.strictObject({
  upTo: z.int().min(1),
  until: Iso,
  term: Term,
  digest: Sha256.meta({ description: 'of the archive' }),
  at: z.int().min(1).meta({ description: 'version of the event that sealed it' }),
});
export type SealedMark = z.infer<typeof SealedMark>;
/** A group as it stood, all that the fold of its history knows. Runners in order of seniority. */
export const PlainGroup = z.strictObject({
  id: Id,
  version: z.int().min(1),
  createdAt: Iso,
  lastAt: Iso,
  settings: Settings,
  pin: Pin.nullable(),
  pause: Pause.nullable(),
  transfer: Transfer.nullable(),
  proposals: z.array(Proposal).optional(),
  runners: z.array(Runner),
  breaks: count,
  acceptedTerm: Term,
  term: Term,
  leadership: Leadership.nullable(),
  recentTerms: z.array(z.strictObject({ ...process, cause: EndCause.nullable() })),
  sealed: SealedMark.nullable(),
});
export type PlainGroup = z.infer<typeof PlainGroup>;

/** A term as people count it. */
const PlainTenure = z.strictObject({
  term: Term,
  runner: Id,
  from: Iso,
  to: instant,
  ms: z.int().nullable(),
  handoverFrom: instant,
  handoverMs: z.int().nullable(),
  endCause: EndCause.nullable(),
  silentMs: z.int().nullable(),
  leaderlessAfterMs: z.int().nullable(),
  vacancyWhy: VacancyWhy.nullable(),
  orderedBy: text,
  orderReason: text,
  endOrderedBy: text,
  endOrderReason: text,
  lostTerms: z.int(),
});

/**
 * All that whoever reads the rest must know of what was before it. `head`: hash of event `upTo`; `tenure`: the last term;
 * `leases`: every lease that was ever in force; `leaseMs`: the longest of the running term.
 */
export const SealedPast = z.strictObject({
  upTo: z.int().min(1),
  head: Sha256,
  state: PlainGroup,
  tenure: PlainTenure.nullable(),
  leases: z.array(z.int()),
  leaseMs: count,
});
export type SealedPast = z.infer<typeof SealedPast>;
/** The same, as it stands in the log; `digest`: of the archive. */
export const SealedHistory = z.strictObject({ ...SealedPast.shape, digest: Sha256 });
export type SealedHistory = z.infer<typeof SealedHistory>;
