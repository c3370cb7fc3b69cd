import type { Seals } from '@conclave/audit';
import { groupOf, readEvent, streamOf, type Envelope, type Id, type SealedHistory } from '@conclave/election';
import type { StoredEvent } from '@conclave/event-store';
import type { Archives } from './archives.js';
import type { Log } from './logs.js';

/** As the log or a file says it: the salts are of people who are named in it. */
export type StatedSeal = SealedHistory & { salts?: Envelope['salts'] };

/** What events say to stand in place of sealed history, by group, and with which version each group begins. */
export interface SealsFound {
  seals: Map<Id, StatedSeal[]>;
  first: Map<Id, number>;
}

/** `only`: of one group; `stated`: what the file says of its beginning itself. One that cannot be read is left to others. */
export async function sealsIn(
  events: AsyncIterable<StoredEvent>,
  only: Id | null,
  stated?: StatedSeal,
): Promise<SealsFound> {
  const found: SealsFound = { seals: new Map(), first: new Map() };
  const add = (group: Id, seal: StatedSeal): void =>
    void found.seals.set(group, [...(found.seals.get(group) ?? []), seal]);
  if (stated) add(stated.state.id, stated);
  for await (const stored of events) {
    const group = groupOf(stored.stream);
    if (group === null || (only !== null && stored.stream !== streamOf(only))) continue;
    if (!found.first.has(group)) found.first.set(group, stored.version);
    if (stored.type !== 'HistorySealed') continue;
    try {
      const event = readEvent(group, stored);
      if (event.type === 'HistorySealed') add(group, { ...event.data, salts: event.meta.salts });
    } catch {
      continue;
    }
  }
  return found;
}

/** What stands in place of what a group lacks at its beginning: what archives begin behind, or a seal of what is gone. */
export function pastIn({ seals, first }: SealsFound, archives: Archives, group: Id): SealedHistory | null {
  if (archives.upTo(group) > 0) return archives.before(group);
  const begins = first.get(group) ?? 1;
  // of what is sealed some may be there still, if the server was stopped while it let go
  return (begins > 1 && seals.get(group)?.find(({ upTo }) => upTo >= begins - 1)) || null;
}

/**
 * Everything that is said anywhere to stand in place of sealed history; of all groups, since checkpoints are of all. Throws for
 * archives that do not fit.
 */
export async function allSeals({ all, sealed, name }: Log, archives: Archives): Promise<Seals> {
  const found = await sealsIn(all(), null, sealed);
  const { seals } = found;
  for (const group of archives.groups) archives.check(group, found, name);
  const archived = await sealsIn(archives.events(null), null);
  for (const group of archives.groups) {
    const before = archives.before(group);
    const more = [...(before ? [before] : []), ...(archived.seals.get(group) ?? [])];
    if (more.length > 0) seals.set(group, [...(seals.get(group) ?? []), ...more]);
  }
  return seals;
}
