import { groupOf, type Id, type SealedHistory } from '@conclave/election';
import { comparePositions, type StoredEvent } from '@conclave/event-store';
import type { Archives } from './archives.js';
import { pastIn, sealsIn } from './seals-in.js';

/** What is sealed of each group, and in none of the archives at hand. */
export type Missing = ReadonlyMap<Id, SealedHistory>;

/** Throws for archives that are not of this log. */
export async function missingFrom(rest: AsyncIterable<StoredEvent>, archives: Archives): Promise<Missing> {
  const found = await sealsIn(rest, null);
  for (const group of archives.groups) archives.check(group, found, 'the log');
  const missing = new Map<Id, SealedHistory>();
  for (const group of found.first.keys()) {
    const past = pastIn(found, archives, group);
    if (past) missing.set(group, past);
  }
  return missing;
}

/**
 * A log and its archives in the one order that they had. Positions are those of the store that wrote them: what was moved
 * since has others, and then nothing can be said of what was between.
 */
export async function* withArchives(
  archives: Archives,
  rest: AsyncIterable<StoredEvent>,
): AsyncGenerator<StoredEvent> {
  const archived: StoredEvent[] = [];
  for await (const event of archives.events(null)) archived.push(event);
  archived.sort((a, b) => comparePositions(a.position, b.position));
  let next = 0;
  for await (const event of rest) {
    const group = groupOf(event.stream);
    while (next < archived.length && comparePositions(archived[next]!.position, event.position) < 0)
      yield archived[next++]!;
    if (group === null || event.version > archives.upTo(group)) yield event;
  }
  yield* archived.slice(next);
}

/** The same where the order between groups does not matter: also of a log that was moved. */
export async function* groupByGroup(
  archives: Archives,
  rest: AsyncIterable<StoredEvent>,
): AsyncGenerator<StoredEvent> {
  yield* archives.events(null);
  for await (const event of rest) {
    const group = groupOf(event.stream);
    if (group === null || event.version > archives.upTo(group)) yield event;
  }
}
