import { z } from 'zod';
import { Id, Reason, SettingsPatch, Sha256, Uuid } from './vocabulary.js';
import {
  Certificate,
  nameSchema,
  pageLimit,
  PersonName,
  Position,
  queryCount,
  queryInt,
  startingAt,
  waitMs,
} from './parts.js';

// What auditors ask (docs/auditing.md).

const YEARS = [Date.parse('0000-01-01T00:00:00Z'), Date.parse('9999-12-31T23:59:59.999Z')] as const;
/** Checks run also after others have failed: what is no instant at all has been told already. */
const isInYears = (text: string): boolean => {
  const ms = Date.parse(text);
  return Number.isNaN(ms) || (ms >= YEARS[0] && ms <= YEARS[1]);
};
/** With any offset from UTC; answers are in UTC. */
const Instant = z.iso
  .datetime({ offset: true, error: 'must be an instant like 2026-11-24T14:03:00Z' })
  .refine(isInYears, 'must be in the years 0000 to 9999 of UTC');
const atLeast = { atLeast: Position.optional() };

export const AsOfQuery = z
  .strictObject({ ...atLeast, time: Instant.optional(), version: queryInt.optional() })
  .refine(({ time, version }) => (time === undefined) !== (version === undefined), {
    path: ['time'],
    message: 'give either time or version',
  });
export type AsOfQuery = z.infer<typeof AsOfQuery>;
export const AllAtQuery = z.strictObject({
  ...atLeast,
  time: Instant,
  after: Id.optional(),
  limit: pageLimit,
});
export type AllAtQuery = z.infer<typeof AllAtQuery>;
export const ElectionPath = z.object({ g: Id, term: queryCount });
export type ElectionPath = z.infer<typeof ElectionPath>;
export const TermsQuery = z.strictObject({ ...atLeast, from: startingAt(0), limit: pageLimit });
export type TermsQuery = z.infer<typeof TermsQuery>;
export const ExplainQuery = z.strictObject({ ...atLeast, runner: Id.optional() });
export type ExplainQuery = z.infer<typeof ExplainQuery>;
const window = { since: Instant.optional(), until: Instant.optional() };
const isInOrder = ({ since, until }: { since?: string | undefined; until?: string | undefined }): boolean =>
  since === undefined || until === undefined || Date.parse(since) <= Date.parse(until);
const IN_ORDER = { path: ['since'], message: 'is after until' };
export const TenuresQuery = z.strictObject({ ...TermsQuery.shape, ...window }).refine(isInOrder, IN_ORDER);
export type TenuresQuery = z.infer<typeof TenuresQuery>;
export const AllTenuresQuery = z.strictObject({ ...atLeast, ...window }).refine(isInOrder, IN_ORDER);
export type AllTenuresQuery = z.infer<typeof AllTenuresQuery>;
export const EvidenceQuery = z.strictObject({ ...atLeast, ...window }).refine(isInOrder, IN_ORDER);
export type EvidenceQuery = z.infer<typeof EvidenceQuery>;
export const ReportQuery = z.strictObject({ ...atLeast, ...window }).refine(isInOrder, IN_ORDER);
export type ReportQuery = z.infer<typeof ReportQuery>;
export const ArchiveQuery = z.strictObject({
  ...atLeast,
  before: Instant.optional(),
  forget: PersonName.optional().meta({
    description: 'a person: all of the history, if it names that one, without the name',
  }),
});
export type ArchiveQuery = z.infer<typeof ArchiveQuery>;
export const SealBody = nameSchema(
  'Seal',
  z.strictObject({
    upTo: z.int().min(1),
    digest: Sha256.meta({ description: "the archive's, as its footer says it" }),
    forget: PersonName.optional().meta({
      description: 'a person who is forgotten: upTo must be the last version',
    }),
    reason: Reason.optional(),
    ifTerm: z.int().min(0).optional(),
  }),
);
export type SealBody = z.infer<typeof SealBody>;
/** Nobody else can say later why there is no such group any more. */
export const DeleteBody = nameSchema(
  'GroupDeletion',
  z.strictObject({ ...SealBody.shape, reason: Reason.min(1, 'must say why') }),
);
export type DeleteBody = z.infer<typeof DeleteBody>;
export const ProofQuery = z.strictObject({ ...atLeast, version: queryCount });
export type ProofQuery = z.infer<typeof ProofQuery>;
export const HeadQuery = z.strictObject({
  ...atLeast,
  witnessed: z
    .enum(['true', 'false'])
    .default('false')
    .meta({ description: 'true: shows it to the witnesses, and waits up to 10 s for their co-signatures' }),
});
export type HeadQuery = z.infer<typeof HeadQuery>;
export const KeyPath = z.strictObject({ kid: z.string().regex(/^[\w-]{1,100}$/, 'must be a key id') });
export type KeyPath = z.infer<typeof KeyPath>;
export const RotateKeyBody = z.strictObject({ reason: Reason.optional() });
export type RotateKeyBody = z.infer<typeof RotateKeyBody>;
export const RevokeKeyBody = z.strictObject({
  reason: Reason.min(1, 'must say why'),
  since: Instant.optional(),
});
export type RevokeKeyBody = z.infer<typeof RevokeKeyBody>;
export const HistoryQuery = z
  .strictObject({
    ...atLeast,
    from: startingAt(1),
    to: queryCount.optional(),
    limit: pageLimit,
    type: z.string().max(500).optional(),
    runner: Id.optional(),
    actor: z.string().min(1).max(200).optional(),
    ...window,
    follow: z.enum(['true', 'false']).default('false'),
  })
  .refine(isInOrder, IN_ORDER);
export type HistoryQuery = z.infer<typeof HistoryQuery>;
export const WhatIfBody = nameSchema(
  'WhatIfQuestion',
  z
    .strictObject({
      settings: SettingsPatch.default({}),
      without: z.array(z.int().min(1)).max(100).optional(),
      alive: z.array(Id).max(100).optional(),
      from: Instant.optional(),
      to: Instant.optional(),
    })
    .refine(({ from, to }) => isInOrder({ since: from, until: to }), {
      path: ['to'],
      message: 'is before the beginning of the window',
    }),
);
export type WhatIfBody = z.infer<typeof WhatIfBody>;

// Of what is true now.

export const ReadQuery = z.strictObject({ atLeast: Position.optional() });
export type ReadQuery = z.infer<typeof ReadQuery>;
export const RunnersQuery = z.strictObject({ ...ReadQuery.shape, after: Id.optional() });
export type RunnersQuery = z.infer<typeof RunnersQuery>;
export const PageQuery = z.strictObject({
  atLeast: Position.optional(),
  after: Id.optional(),
  limit: pageLimit,
});
export type PageQuery = z.infer<typeof PageQuery>;
export const GroupsQuery = z.strictObject({
  ...PageQuery.shape,
  state: z.enum(['led', 'handover', 'leaderless', 'paused']).optional(),
  find: z.string().min(1).max(200).optional(),
});
export type GroupsQuery = z.infer<typeof GroupsQuery>;
export const WhoQuery = z.strictObject({ group: Id.optional() });
export type WhoQuery = z.infer<typeof WhoQuery>;
export const LeaderQuery = z.strictObject({
  atLeast: Position.optional(),
  afterTerm: queryInt.optional(),
  afterVersion: queryInt.optional(),
  waitMs,
});
export type LeaderQuery = z.infer<typeof LeaderQuery>;
export const FenceQuery = z.strictObject({
  runner: Id,
  term: queryInt,
  atLeast: Position.optional(),
  certificate: Certificate.optional(),
});
export type FenceQuery = z.infer<typeof FenceQuery>;
export const SessionQuery = z.strictObject({ incarnation: Uuid });
export type SessionQuery = z.infer<typeof SessionQuery>;
export const WatchQuery = z.strictObject({
  events: z.enum(['true', 'false']).default('false'),
  atLeast: Position.optional(),
});
export type WatchQuery = z.infer<typeof WatchQuery>;
