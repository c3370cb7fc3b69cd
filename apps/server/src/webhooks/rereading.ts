import { comparePositions } from '@conclave/event-store';
import { positionOf, type Append, type GroupState, type Id } from '@conclave/election';
import { giveWay } from '@conclave/kernel';
import type { Node } from '@conclave/node';
import {
  clockItem,
  itemsOf,
  leaderlessNotice,
  NoticeType,
  timedItem,
  vacancyAfter,
  vacancyBy,
  type Cursor,
  type Dead,
  type Item,
  type Lane,
  type Notice,
  type Vacancy,
  type Wanted,
} from '@conclave/webhooks';

/** What waits for a lane in the log: some of it, how far was read, and whether that was all. */
export interface Reread {
  items: Item[];
  readTo: Cursor;
  isWhole: boolean;
}

/** The vacancy in which a group was at that state; what is sealed nobody knows. */
async function vacancyIn(
  { history }: Node,
  { id, version, leadership }: GroupState,
): Promise<Vacancy | null> {
  if (leadership || version === 0) return null;
  return vacancyBy((await history.momentAt(id, version)).decidedBy);
}

/** Reads on behind the cursor of a lane, for at most about `most` items. `lookedMs`: until when vacancies were looked at. */
export async function readOn(
  node: Node,
  { group, cursor }: Lane,
  wanted: Wanted,
  { lookedMs, most }: { lookedMs: number; most: number },
): Promise<Reread> {
  if (group === null) return readSteps(node, cursor, wanted);
  const items: Item[] = [];
  let readTo = cursor;
  let vacancy: Vacancy | null = null;
  let isFirst = true;
  for await (const append of node.history.appendsAfter(group, cursor.position)) {
    // not past what all the rest of this server knows
    if (comparePositions(positionOf(append), node.tail.position) > 0) break;
    if (isFirst && wanted.leaderlessAfterMs !== null) vacancy = await vacancyIn(node, append.before);
    isFirst = false;
    items.push(...itemsOf(append, wanted, { vacancy }, readTo));
    vacancy = vacancyAfter(append, vacancy);
    readTo = cursorAfter(append, readTo);
    if (items.length >= most) return { items, readTo, isWhole: false };
    await giveWay();
  }
  const standing = node.records.webhooks.vacancies.of(group);
  const state = node.groups.get(group);
  const timed = standing && state ? timedItem(state, standing, wanted, readTo, lookedMs) : null;
  if (timed) items.push(timed);
  return { items, readTo, isWhole: true };
}

const cursorAfter = (append: Append, { atMs }: Cursor): Cursor => ({
  position: positionOf(append),
  atMs: Math.max(atMs, Date.parse(append.events[0]!.meta.at)),
});

/** There are few. */
async function readSteps(node: Node, cursor: Cursor, wanted: Wanted): Promise<Reread> {
  const items: Item[] = [];
  let readTo = cursor;
  for await (const { step, ...event } of node.records.webhooks.steps()) {
    if (comparePositions(event.position, cursor.position) <= 0 || !wanted.types.has('clock-stepped'))
      continue;
    const item = clockItem(event, step, readTo);
    items.push(item);
    readTo = item.then;
  }
  return { items, readTo, isWhole: true };
}

/** A notice that was given up, as it was; null: the log does not hold any more what it tells. */
export async function noticeAgain(
  node: Node,
  { id, type, group, version }: Dead,
  wanted: Wanted,
): Promise<Notice | null> {
  if (group === null) {
    const from = { position: '0', atMs: 0 };
    const { items } = await readSteps(node, from, { ...wanted, types: new Set(['clock-stepped']) });
    return items.find(({ notice }) => notice.id === id)?.notice ?? null;
  }
  const append = await appendAt(node, group, version);
  if (!append) return null;
  const afterMs = wanted.leaderlessAfterMs ?? 0;
  if (type === 'leaderless') {
    const vacancy = vacancyAfter(append, null);
    return vacancy && leaderlessNotice(append.after, vacancy, afterMs);
  }
  const all: Wanted = { types: new Set(NoticeType.options), leaderlessAfterMs: afterMs };
  const vacancy = await vacancyIn(node, append.before);
  const from = { position: '0', atMs: Infinity };
  return itemsOf(append, all, { vacancy }, from).find(({ notice }) => notice.id === id)?.notice ?? null;
}

/** Null if it is not in the log, or not any more. */
async function appendAt({ history, groups }: Node, group: Id, version: number): Promise<Append | null> {
  const state = groups.get(group);
  if (!state || version <= (state.sealed?.upTo ?? 0)) return null;
  return history.appendAt(group, version);
}
