import { z } from 'zod';
import { Auth } from '@conclave/contract';
import type { Anchor } from '@conclave/event-store';
import type { GroupHead, Groups, Id } from '@conclave/election';
import { StoreUnusable } from '@conclave/event-store';
import { keptText } from '../files/kept-file.js';
import type { KeptKeys } from '../keys/published-keys.js';

/** What is known of a group. A log in which it is less, or different, is not the log that it was. */
export interface Mark {
  version: number;
  term: number;
  /** Of the event at that version; null if only a certificate tells of the term. */
  hash: string | null;
  breaks: number;
  /** The longest lease that may be out. */
  leaseMs: number;
}
/** Who took the log as it is, and why. */
export interface Acceptance {
  by: string;
  auth?: Auth | undefined;
  reason: string;
  correlationId: string;
  /** The last events of the log that was accepted; undefined: nobody wrote that down. */
  anchors?: Anchor[] | undefined;
}

/** A small file beside the store: what this server has last seen of its log, so that it knows it again. */
export interface LogMarks extends KeptKeys {
  groups: Map<Id, Mark>;
  anchors: Anchor[];
  /** How it was found that the log is another one; null as long as it is not. */
  broken: string | null;
  /** When the last event was recorded that it read as it worked; null, undefined: it did not work when it was found out. */
  liveUntil?: string | null | undefined;
  accepted: Acceptance | null;
  /** What other servers said that they knew; absent: nobody wrote that down. */
  told?: ReadonlyMap<Id, Mark> | undefined;
}
/** No lease that was ever out was longer, whatever a clock that is behind makes of it. */
export const LONGEST_LEASE_MS = 3_600_000;

const count = z.int().min(0);
export const MarkShape = z.object({
  version: count,
  term: count,
  hash: z.string().nullable(),
  breaks: count,
  leaseMs: count,
});
const Anchors = z.array(
  z.object({ stream: z.string(), version: count, id: z.string(), position: z.string() }),
);
const File = z.object({
  format: z.literal(1),
  groups: z.record(z.string(), MarkShape),
  anchors: Anchors,
  keys: z.array(z.looseObject({ kty: z.string() })),
  revoked: z.array(z.string()).optional(),
  broken: z.string().nullable(),
  liveUntil: z.string().nullish(),
  told: z.record(z.string(), MarkShape).optional(),
  accepted: z
    .object({
      by: z.string(),
      auth: Auth.optional(),
      reason: z.string(),
      correlationId: z.string(),
      anchors: Anchors.optional(),
    })
    .nullable(),
});

const Line = z.tuple([z.string(), MarkShape]);
/** Terms that were noted since the file was written. */
export const journalOf = (path: string): string => `${path}.new-terms`;

/**
 * Null if there is none. Throws {@link StoreUnusable} for one that cannot be read: what it knew must not be
 * forgotten silently.
 */
export function readMarks(path: string): LogMarks | null {
  const text = keptText(path, (why) => unusable(path, why));
  const terms = readTerms(path);
  if (text === null && terms.length === 0) return null;
  try {
    const marks = text === null ? nothingKnown() : marksIn(text);
    for (const [group, mark] of terms) learn(marks.groups, group, mark);
    return marks;
  } catch {
    throw unusable(path, 'it is damaged');
  }
}

/** Terms may have been noted before the file was written for the first time. */
export const nothingKnown = (): LogMarks => ({
  groups: new Map(),
  anchors: [],
  keys: [],
  broken: null,
  accepted: null,
});

export const isNothing = ({ groups, anchors, keys, broken, accepted }: LogMarks): boolean =>
  groups.size + anchors.length + keys.length === 0 && broken === null && accepted === null;

function marksIn(text: string): LogMarks {
  const { format: _format, groups, told = {}, ...marks } = File.parse(JSON.parse(text));
  const [known, others] = [groups, told].map((all) => new Map(Object.entries(all)));
  return { ...marks, groups: known, ...(others!.size > 0 && { told: others }) } as LogMarks;
}

const unusable = (path: string, why: string): StoreUnusable =>
  new StoreUnusable(
    `"${path}", which says what this server knew of its log, cannot be read (${why}). ` +
      'If the log was not restored from a backup since the last stop, move that file away; else restore it, too.',
  );

/**
 * What was noted since the file was written; a line that a crash cut short, or a power failure spoilt, is
 * left out.
 */
function readTerms(path: string): [Id, Mark][] {
  const text = keptText(journalOf(path), (why) => unusable(journalOf(path), why)) ?? '';
  return text.split('\n').flatMap((line) => {
    try {
      return [Line.parse(JSON.parse(line))];
    } catch {
      return [];
    }
  });
}

export const markOf = ({ state, hash }: GroupHead, leaseMs: number): Mark => {
  const { version, term, breaks, settings } = state;
  return { version, term, hash, breaks, leaseMs: Math.max(settings.leaseMs, leaseMs) };
};

/** What is known of a log that is read to its end; of groups that cannot be read what was known before. */
export function marksOf(groups: Groups, before: LogMarks['groups']): LogMarks['groups'] {
  const marks = new Map<Id, Mark>();
  for (const group of groups.givenUp.keys()) {
    const mark = before.get(group);
    if (mark) marks.set(group, mark);
  }
  for (const head of groups.all()) {
    const { id } = head.state;
    marks.set(id, markOf(head, before.get(id)?.leaseMs ?? 0));
  }
  return marks;
}

/** What two servers know together. */
export const mergeMarks = (a: Mark | undefined, b: Mark): Mark => {
  if (!a) return b;
  const isA = a.breaks === b.breaks ? a.version >= b.version : a.breaks > b.breaks;
  return { ...(isA ? a : b), term: Math.max(a.term, b.term), leaseMs: Math.max(a.leaseMs, b.leaseMs) };
};

/** Takes what another server or file knows of a group to what is known. */
export const learn = (groups: LogMarks['groups'], group: Id, mark: Mark): void =>
  void groups.set(group, mergeMarks(groups.get(group), mark));

/** What is known, with a term and a lease that somebody has proved. */
export function raiseMark(known: Mark | undefined, { term, leaseMs }: Pick<Mark, 'term' | 'leaseMs'>): Mark {
  const mark = known ?? { version: 0, hash: null, breaks: 0, term: 0, leaseMs: 0 };
  return { ...mark, term: Math.max(mark.term, term), leaseMs: Math.max(mark.leaseMs, leaseMs) };
}

/** With a new term the leases of the one before are over. */
export const leaseIn = (events: readonly { type: string }[], before: Mark | undefined): number =>
  events.some(({ type }) => type === 'LeaderElected') ? 0 : (before?.leaseMs ?? 0);

/** Another server that shares the folder may have kept more: what both know together. */
export function withKept(groups: LogMarks['groups'], path: string): LogMarks['groups'] {
  const all = new Map(groups);
  for (const [group, mark] of keptGroups(path)) learn(all, group, mark);
  return all;
}

function keptGroups(path: string): LogMarks['groups'] {
  try {
    return readMarks(path)?.groups ?? new Map();
  } catch {
    return new Map();
  }
}
