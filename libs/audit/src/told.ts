import {
  EventData,
  type Append,
  type EventType,
  type RecordedEvent,
  type SealedMark,
} from '@conclave/election';
import { appendInWords } from './explain/event-words.js';
import { AuditRefused } from './refused.js';
import { matches, type HistoryFilter } from './history/filter.js';

/** An event, and what it says to people. */
export type Told = RecordedEvent & { words: string };
/** Part of a history; `from` and `to` are versions. */
export interface Range extends HistoryFilter {
  from: number;
  to: number;
}

/** Whether a part is about what is sealed; the whole, from the first version, is what there is of it. */
export const isSealedFrom =
  ({ from, to, since, until }: HistoryFilter & { from: number; to?: number | undefined }) =>
  (sealed: SealedMark): boolean =>
    (from > 1 && from <= sealed.upTo) ||
    (to !== undefined && to <= sealed.upTo) ||
    (since !== undefined && since < sealed.until) ||
    (until !== undefined && until < sealed.until);

/** What of a part somebody wants to see. Words need the group around each event: `appends` may begin before. */
export async function* toldIn(appends: AsyncIterable<Append>, range: Range): AsyncGenerator<Told> {
  for await (const append of appends) {
    const [{ version: first }] = append.events as [RecordedEvent];
    if (first > range.to) return;
    const shown = append.events.filter(
      (event) => event.version >= range.from && event.version <= range.to && matches(event, range),
    );
    if (shown.length === 0) continue;
    const words = appendInWords(append);
    for (const event of shown) yield { ...event, words: words[event.version - first]! };
  }
}

/** `LeaderElected,LeadershipEnded`; undefined means all. Throws {@link AuditRefused} for what is none. */
export function typesOf(given: string | undefined): Set<EventType> | undefined {
  if (given === undefined) return undefined;
  const types = given.split(',');
  const unknown = types.find((type) => !Object.hasOwn(EventData, type));
  if (unknown === undefined) return new Set(types as EventType[]);
  const known = Object.keys(EventData).join(', ');
  throw new AuditRefused(
    'invalid-request',
    `/type: "${unknown}" is no event type; known are ${known}`,
    '/type',
  );
}
