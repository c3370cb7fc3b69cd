import { z } from 'zod';
import { VacancyWhy, ElectCause, EndCause, Id, Iso, Settings, Term, Uuid, Verdict } from './vocabulary.js';
import { SealedMark } from './sealed.js';
import { Unreadable } from './operations.js';
import { GroupReply, LeaderReply, HistoryEventReply, RecordedEventReply } from './replies.js';
import { RunnerReply } from './runners.js';
import { nameSchema } from './parts.js';

// What auditors are answered (docs/auditing.md).

export const HistoryPage = nameSchema(
  'HistoryPage',
  z.strictObject({
    events: z.array(HistoryEventReply),
    next: z.int().nullable(),
    version: z.int(),
    position: z.string(),
    sealed: SealedMark.nullable(),
  }),
);
export type HistoryPage = z.infer<typeof HistoryPage>;
export const AsOfReply = nameSchema(
  'AsOf',
  z.strictObject({
    at: Iso,
    version: z.int(),
    group: GroupReply,
    runners: z.array(RunnerReply),
    decidedBy: RecordedEventReply.nullable(),
  }),
);
export type AsOfReply = z.infer<typeof AsOfReply>;
export const GroupsAtPage = nameSchema(
  'GroupsAt',
  z.strictObject({
    at: Iso,
    groups: z.array(LeaderReply),
    next: Id.nullable(),
    sealed: z.array(Id).meta({ description: 'groups of which archives say what was then' }),
    unreadable: Unreadable,
  }),
);
export type GroupsAtPage = z.infer<typeof GroupsAtPage>;
/** Whose wish it was: of a person, in his words. */
const OrderReply = nameSchema(
  'Order',
  z.strictObject({ version: z.int(), actor: z.string(), reason: z.string().nullable() }),
);
const election = {
  term: Term,
  runner: Id,
  incarnation: Uuid,
  cause: ElectCause,
  at: Iso,
  actor: z.string(),
  reason: z.string().nullable(),
  orderedBy: OrderReply.nullable(),
  verdicts: z.array(Verdict),
  endedAt: Iso.nullable(),
  endCause: EndCause.nullable(),
  words: z.string(),
};
export const ElectionsPage = nameSchema(
  'ElectionsPage',
  z.strictObject({
    elections: z.array(z.strictObject(election)),
    next: z.int().nullable(),
    sealed: SealedMark.nullable(),
  }),
);
export type ElectionsPage = z.infer<typeof ElectionsPage>;
const Need = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('resume') }),
  z.strictObject({ kind: z.literal('active') }),
  z.strictObject({ kind: z.literal('untaint'), key: Id }),
  z.strictObject({ kind: z.literal('unpin'), runner: Id }),
  z.strictObject({ kind: z.literal('wait'), until: Iso }),
  z.strictObject({ kind: z.literal('forgive'), until: Iso }),
  z.strictObject({ kind: z.literal('outrank'), runner: Id, why: Verdict.shape.why }),
  z.strictObject({ kind: z.literal('others'), count: z.int() }),
]);
const Standing = nameSchema(
  'Standing',
  z.strictObject({ runner: Id, verdict: Verdict, needs: z.array(Need), words: z.string() }),
);
export const ElectionReply = nameSchema(
  'ExplainedElection',
  z.strictObject({
    ...election,
    append: z.array(RecordedEventReply),
    settings: z.strictObject(Settings.shape),
    standings: z.array(Standing),
  }),
);
export type ElectionReply = z.infer<typeof ElectionReply>;
export const ExplanationReply = nameSchema(
  'Explanation',
  z.strictObject({
    group: Id,
    at: Iso,
    version: z.int(),
    leader: Id.nullable(),
    term: Term,
    words: z.string(),
    standings: z.array(Standing),
  }),
);
export type ExplanationReply = z.infer<typeof ExplanationReply>;
const Tenure = nameSchema(
  'Tenure',
  z.strictObject({
    term: Term,
    runner: Id,
    from: Iso,
    to: Iso.nullable(),
    ms: z.int().nullable(),
    handoverFrom: Iso.nullable(),
    handoverMs: z.int().nullable(),
    endCause: EndCause.nullable(),
    silentMs: z.int().nullable(),
    leaderlessAfterMs: z.int().nullable(),
    vacancyWhy: VacancyWhy.nullable(),
    orderedBy: z.string().nullable().meta({ description: 'the person on whose order it began' }),
    orderReason: z.string().nullable(),
    endOrderedBy: z.string().nullable().meta({ description: 'the person on whose order it ended' }),
    endOrderReason: z.string().nullable(),
    lostTerms: z
      .int()
      .meta({
        description: 'terms just before this one of which nothing is recorded: lost with a part of the log',
      }),
  }),
);
const Durations = z.strictObject({ count: z.int(), meanMs: z.int().nullable(), maxMs: z.int().nullable() });
const availability = {
  from: Iso,
  to: Iso,
  terms: z.int().meta({ description: 'terms that began in that time; not the one that ran when it began' }),
  changes: z.int().meta({ description: 'those of another runner than the term before' }),
  changesPerDay: z.number(),
  ledMs: z.int(),
  handoverMs: z.int().meta({ description: 'in which a leader had been told to stop, and had not, ms' }),
  leaderlessMs: z.int(),
  beforeFirstMs: z.int().meta({ description: 'before the first leader there ever was, ms' }),
  leaderlessByCause: z.partialRecord(EndCause, z.int()),
  leaderlessByWhy: z
    .partialRecord(z.enum([...VacancyWhy.options, 'unknown']), z.int())
    .meta({ description: 'time without leader by what kept everybody from following when it began, ms' }),
  openVacancies: z.int().meta({ description: 'groups that nobody leads at the end' }),
  ledShare: z.number().nullable(),
  recovery: Durations,
  handover: Durations,
};
const Availability = nameSchema('Availability', z.strictObject(availability));
export const TenuresPage = nameSchema(
  'TenuresPage',
  z.strictObject({
    tenures: z.array(Tenure),
    next: z.int().nullable(),
    availability: Availability,
    sealed: SealedMark.nullable(),
  }),
);
export type TenuresPage = z.infer<typeof TenuresPage>;
export const AllTenuresReply = nameSchema(
  'Availabilities',
  z.strictObject({
    total: Availability,
    groups: z.array(z.strictObject({ group: Id, ...availability })),
    unreadable: Unreadable,
  }),
);
export type AllTenuresReply = z.infer<typeof AllTenuresReply>;
const Outcome = nameSchema(
  'Outcome',
  z.strictObject({ changes: z.int(), leaderlessMs: z.int(), flaps: z.int(), tenures: z.array(Tenure) }),
);
export const WhatIfReply = nameSchema(
  'WhatIf',
  z.strictObject({
    identical: z.boolean(),
    from: Iso,
    to: Iso,
    recorded: Outcome,
    other: Outcome,
    timeline: z.array(z.strictObject({ at: Iso, recorded: Id.nullable(), other: Id.nullable() })),
    limits: z.array(z.string()),
  }),
);
export type WhatIfReply = z.infer<typeof WhatIfReply>;
