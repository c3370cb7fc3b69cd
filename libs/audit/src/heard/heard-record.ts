import { z } from 'zod';
import { Iso } from '@conclave/election';
import { contentDigest } from '@conclave/event-store';

// Records of the presence log as an auditor reads them, see docs/formats.md.

/** Where they are kept for as long as the history: those that a report rests on. */
export const HEARD_STREAM = 'heard';
export const PRESENCE_KEPT = 'PresenceKept';

export const HeardRecord = z.strictObject({
  version: z.int().min(1),
  type: z.string(),
  data: z.record(z.string(), z.unknown()),
  meta: z.record(z.string(), z.unknown()),
});
export type HeardRecord = z.infer<typeof HeardRecord>;
/** Some of them. `of`: digests of the reports of which, with these, all is kept; what others need as well was kept before. */
export const PresenceKept = z.strictObject({ of: z.array(z.string()), records: z.array(HeardRecord) });
export type PresenceKept = z.infer<typeof PresenceKept>;

const Count = z.int().min(0);
const Beats = z.looseObject({
  i: z.string(),
  g: Count,
  n: z.array(z.tuple([Count, z.string(), z.string(), z.string(), z.int().nullable(), z.int()])).optional(),
  b: z.array(z.union([z.int(), z.tuple([Count, z.int(), z.int(), z.int()])])),
});
export type Beats = z.infer<typeof Beats>;
const Expired = z.looseObject({
  terms: z.array(z.looseObject({ group: z.string(), term: z.int(), after: z.string() })),
});

interface Said {
  at: Iso;
  beats?: Beats;
  expired?: { group: string; term: number; after: number }[];
}

/** When many fall silent at once, each report rests on the same records: every record is read, and hashed, once. */
const once = <T>(of: (record: HeardRecord) => T): ((record: HeardRecord) => T) => {
  const known = new WeakMap<HeardRecord, T>();
  return (record) => {
    const before = known.get(record);
    if (before !== undefined) return before;
    const found = of(record);
    known.set(record, found);
    return found;
  };
};

/** Of its content, by which reports name it. */
export const digestOfRecord = once(contentDigest);

/** What a record says; null: nothing that an auditor knows. */
export const saidIn = once(readRecord);

function readRecord({ type, data, meta }: HeardRecord): Said | null {
  const at = Iso.safeParse(meta.at).data;
  if (at === undefined) return null;
  if (type === 'BeatsObserved') {
    const beats = Beats.safeParse(data).data;
    return beats ? { at, beats } : null;
  }
  const expired = type === 'LeaseExpired' ? Expired.safeParse(data).data : undefined;
  return expired
    ? { at, expired: expired.terms.map(({ group, term, after }) => ({ group, term, after: Number(after) })) }
    : null;
}

/** A beat as the short form has it: number, and whether it counts. */
export interface SaidBeat {
  number: number;
  unanswered: number;
  isDraining: boolean;
}
export function* beatsIn({ b }: Beats): Generator<SaidBeat> {
  for (let at = 0; at < b.length; at++) {
    const one = b[at]!;
    if (typeof one !== 'number') yield { number: one[0], unanswered: one[2], isDraining: one[3] === 1 };
    else {
      at++; // how far above its base: of no interest here
      yield { number: one, unanswered: 1, isDraining: false };
    }
  }
}
