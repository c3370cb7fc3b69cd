import { appendInWords } from '@conclave/audit';
import type { ClockStep } from '@conclave/contract';
import {
  isGoodbye,
  isPerson,
  positionOf,
  whyLeaderless,
  type Append,
  type GroupState,
  type Id,
  type RecordedEvent,
} from '@conclave/election';
import { isoOf } from '@conclave/kernel';
import type { Cursor } from './cursor.js';
import type { Vacancy } from './vacancies.js';
import type { NoticeType, Wanted } from './wanted.js';

/** What an endpoint is told: once it is in the log nothing of it changes, so it is the same at every try. */
export interface Notice {
  /** `<id of the event in the log>:<type>`: of one event several may be told, and receivers tell repeats by it. */
  id: string;
  type: NoticeType;
  at: string;
  group: Id | null;
  /** Version of that event in its stream, and the place of its append in the log. */
  version: number;
  position: string;
  term: number | null;
  runner: Id | null;
  /** What happened, a sentence each. */
  words: string[];
  actor: string | null;
  reason: string | null;
  /** Path of the dashboard. */
  link: string;
}

/** A notice, and how far the group has come once it is delivered. */
export interface Item {
  notice: Notice;
  then: Cursor;
}

/** One notice of an append: which event it is about, and of whom it tells. */
interface About {
  type: NoticeType;
  event: RecordedEvent;
  runner: Id | null;
}

function aboutChange({ before, after, events }: Append): About[] {
  if (before.leadership?.term === after.leadership?.term) return [];
  const event = events.findLast(({ type }) => type === 'LeaderElected' || type === 'LeadershipEnded');
  return event ? [{ type: 'leader-changed', event, runner: after.leadership?.runner ?? null }] : [];
}

function aboutEvent(event: RecordedEvent): About[] {
  const { type, data } = event;
  if (type === 'LeadershipRevoked') return [{ type: 'handover', event, runner: data.runner }];
  if (event.type === 'HeartbeatMissed')
    return isGoodbye(event) ? [] : [{ type: 'runner-silent', event, runner: event.data.runner }];
  if (type === 'RunnerUntainted' && data.cause === 'expired')
    return [{ type: 'taint-expired', event, runner: data.runner }];
  return [];
}

function aboutOrder({ events }: Append): About[] {
  const event = events[0]!;
  const { runner } = event.data as { runner?: Id };
  return isPerson(event.meta.actor) ? [{ type: 'order', event, runner: runner ?? null }] : [];
}

/** A leader after a vacancy that was, or would have been, told of; also where that was wrong: whoever was woken hears of its end. */
function aboutFound({ events }: Append, wanted: Wanted, vacancy: Vacancy | null, toldMs: number): About[] {
  const event = events.find(({ type }) => type === 'LeaderElected');
  const { leaderlessAfterMs } = wanted;
  if (event?.type !== 'LeaderElected' || !vacancy || leaderlessAfterMs === null) return [];
  const endMs = Math.max(Date.parse(event.meta.at), toldMs);
  return endMs >= dueMs(vacancy, leaderlessAfterMs)
    ? [{ type: 'leader-found', event, runner: event.data.runner }]
    : [];
}

const linkTo = (group: Id): string => `/groups/${encodeURIComponent(group)}`;

function noticeOf({ type, event, runner }: About, append: Append, words: readonly string[]): Notice {
  const { meta, version, group } = event;
  const isWhole = type === 'order' || type === 'leader-changed' || type === 'leader-found';
  const index = append.events.indexOf(event);
  return {
    id: `${meta.id}:${type}`,
    type,
    at: meta.at,
    group,
    version,
    position: positionOf(append),
    term: append.after.term || null,
    runner,
    words: isWhole ? [...words] : [words[index]!],
    actor: meta.actor,
    reason: meta.reason,
    link: linkTo(group),
  };
}

/** From when on a vacancy is told of. */
const dueMs = ({ sinceMs }: Vacancy, afterMs: number): number => sinceMs + afterMs;

/** `state`: of the group while nobody leads it. */
export function leaderlessNotice(state: GroupState, vacancy: Vacancy, afterMs: number): Notice {
  const { event, version, position, sinceMs, afterTerm } = vacancy;
  const at = isoOf(dueMs(vacancy, afterMs));
  const why = whyLeaderless(state, at);
  return {
    id: `${event}:leaderless`,
    type: 'leaderless',
    at,
    group: state.id,
    version,
    position,
    term: afterTerm,
    runner: null,
    words: [
      `nobody has led since ${isoOf(sinceMs)}, for more than ${afterMs / 1_000} s`,
      ...(why ? [why] : []),
    ],
    actor: null,
    reason: null,
    link: linkTo(state.id),
  };
}

/** The vacancy that stood before an append; `isTold`: an endpoint has been told of it. */
export interface Stood {
  vacancy: Vacancy | null;
  isTold?: boolean;
}

/** What an endpoint is told of an append, in order. `from`: how far its group has come. */
export function itemsOf(append: Append, wanted: Wanted, { vacancy, isTold }: Stood, from: Cursor): Item[] {
  const { leaderlessAfterMs: afterMs } = wanted;
  const atMs = Date.parse(append.events[0]!.meta.at);
  const isDue =
    vacancy !== null && !isTold && afterMs !== null && isBetween(dueMs(vacancy, afterMs), from.atMs, atMs);
  const late = isDue ? [leaderlessNotice(append.before, vacancy, afterMs)] : [];
  const about = [...aboutOrder(append), ...append.events.flatMap(aboutEvent), ...aboutChange(append)];
  const told = about.filter(({ type }) => wanted.types.has(type));
  told.push(...aboutFound(append, wanted, vacancy, isTold ? Infinity : from.atMs));
  if (told.length + late.length === 0) return [];
  const words = told.length > 0 ? appendInWords(append) : [];
  const notices = [...late, ...told.map((one) => noticeOf(one, append, words))];
  const done = { position: positionOf(append), atMs: Math.max(from.atMs, atMs) };
  return notices.map((notice, n) => ({ notice, then: n + 1 === notices.length ? done : from }));
}

const isBetween = (ms: number, after: number, until: number): boolean => ms > after && ms <= until;

/** Of a vacancy that stands: what is told of it once its time has come after `from`, and until `nowMs`. */
export function timedItem(
  state: GroupState,
  vacancy: Vacancy,
  wanted: Wanted,
  from: Cursor,
  nowMs: number,
): Item | null {
  const { leaderlessAfterMs: afterMs } = wanted;
  if (afterMs === null || !isBetween(dueMs(vacancy, afterMs), from.atMs, nowMs)) return null;
  const then = { position: from.position, atMs: dueMs(vacancy, afterMs) };
  return { notice: leaderlessNotice(state, vacancy, afterMs), then };
}

/** An event of the stream `clocks`. */
export function clockItem(
  { id, version, position }: { id: string; version: number; position: string },
  { instance, cause, server, machine }: ClockStep,
  from: Cursor,
): Item {
  const said =
    cause === 'started-wrong' ? 'was wrong at the start' : cause === 'set' ? 'was set' : 'was set back';
  const notice: Notice = {
    id: `${id}:clock-stepped`,
    type: 'clock-stepped',
    at: server,
    group: null,
    version,
    position,
    term: null,
    runner: null,
    words: [`the clock of server ${instance} ${said}: it says ${machine}, the server goes by ${server}`],
    actor: null,
    reason: null,
    link: '/servers',
  };
  return { notice, then: { position, atMs: Math.max(from.atMs, Date.parse(server)) } };
}

/** The body of a delivery (Standard Webhooks). */
export function bodyOf({ id, type, at, ...data }: Notice): string {
  return JSON.stringify({ type, timestamp: at, data: { event: id.slice(0, id.lastIndexOf(':')), ...data } });
}
