import type { HistoryEventReply, TenuresPage } from '@conclave/contract';
import { vacantUntil } from '../words/vacancy.js';
import { merge, type Bar, type Span } from './bars.js';

export type Tenure = TenuresPage['tenures'][number];
/** As much of an event as is drawn. */
export interface Event extends Pick<HistoryEventReply, 'version' | 'type' | 'words'> {
  data: { runner?: unknown; lastSeenAt?: unknown; previous?: unknown };
  meta: Pick<HistoryEventReply['meta'], 'at' | 'actor' | 'reason'>;
}

/** So many runners have a lane of their own: those that led most. */
const MOST_LANES = 24;
/** So many are kept of a page that is left open: hours of a busy group; the older ones are asked for again when one goes there. */
const MOST_TENURES = 10_000;
const MOST_EVENTS = 5_000;
/** Closer than this, flags would cover each other. */
const APART_FLAGS = 10;

export interface Window {
  from: number;
  to: number;
}
export interface Facts {
  tenures: readonly Tenure[];
  events: readonly Event[];
  /** Members, the most senior first. */
  runners: readonly string[];
  /** What goes on still goes on until then. */
  now: number;
}
export type Kind = 'led' | 'told' | 'silent' | 'gap' | 'held';
export interface Mark extends Span {
  kind: Kind;
  /** It is so still. */
  goesOn?: boolean;
  tenure?: Tenure;
  runner?: string;
}
export interface Lane {
  name: string;
  bars: Bar<Mark>[];
}
export interface Flag {
  x: number;
  events: Event[];
}
export interface Layout {
  lanes: Lane[];
  flags: Flag[];
  /** Runners that led in the window, or were silent, and have no lane. */
  hidden: number;
}

/** The newest of what a page has been told, so that it can be left open; `isFull`: there may be older ones. */
export function newestOf<T, E>(
  tenures: readonly T[],
  events: readonly E[],
): { tenures: T[]; events: E[]; isFull: boolean } {
  return {
    tenures: tenures.slice(-MOST_TENURES),
    events: events.slice(-MOST_EVENTS),
    isFull: tenures.length >= MOST_TENURES || events.length >= MOST_EVENTS,
  };
}

/** Where everything of a window is, on so many pixels; what is too narrow to be seen apart is one bar. */
export function layoutOf(facts: Facts, window: Window, width: number): Layout {
  const marks = marksOf(facts);
  const inWindow = marks.filter(({ from, to }) => to >= window.from && from <= window.to);
  const times = new Map<string, number>();
  for (const { runner, kind } of inWindow)
    if (runner !== undefined) times.set(runner, (times.get(runner) ?? 0) + (kind === 'silent' ? 0.01 : 1));
  for (const runner of facts.runners) if (!times.has(runner)) times.set(runner, 0);
  const order = new Map(facts.runners.map((runner, n) => [runner, n]));
  const place = (runner: string): number => order.get(runner) ?? Infinity;
  const names = [...times.keys()]
    .sort((a, b) => times.get(b)! - times.get(a)!)
    .slice(0, MOST_LANES)
    .sort((a, b) => place(a) - place(b) || (a < b ? -1 : 1));
  const barsOf = (some: Mark[]): Bar<Mark>[] => merge(some, window, width);
  const kinds: Kind[] = ['silent', 'led', 'told'];
  const lanes = names.map((name) => {
    const own = inWindow.filter(({ runner }) => runner === name);
    return { name, bars: kinds.flatMap((kind) => barsOf(own.filter((mark) => mark.kind === kind))) };
  });
  const nobody = inWindow.filter(({ runner }) => runner === undefined);
  if (nobody.length > 0)
    lanes.push({
      name: '',
      bars: [
        ...barsOf(nobody.filter((m) => m.kind === 'held')),
        ...barsOf(nobody.filter((m) => m.kind === 'gap')),
      ],
    });
  return { lanes, flags: flagsOf(facts.events, window, width), hidden: times.size - names.length };
}

function marksOf({ tenures, events, now }: Facts): Mark[] {
  const marks: Mark[] = [];
  for (const [n, tenure] of tenures.entries()) {
    const [from, to] = [Date.parse(tenure.from), tenure.to === null ? now : Date.parse(tenure.to)];
    const told = tenure.handoverFrom === null ? to : Math.min(to, Date.parse(tenure.handoverFrom));
    const { runner } = tenure;
    const goesOn = tenure.to === null;
    marks.push({ kind: 'led', from, to: told, tenure, runner, goesOn: goesOn && told === to });
    if (told < to) marks.push({ kind: 'told', from: told, to, tenure, runner, goesOn });
    if (goesOn) continue;
    const next = tenures[n + 1];
    const followed = vacantUntil(tenure, next, now);
    const kind = tenure.vacancyWhy === 'paused' ? 'held' : 'gap';
    const isVacant = next === undefined && tenure.leaderlessAfterMs === null;
    if (followed > to) marks.push({ kind, from: to, to: followed, tenure, goesOn: isVacant });
  }
  return [...marks, ...silencesOf(events, now)];
}

/** From when a runner was last heard until it was active again. */
function silencesOf(events: readonly Event[], now: number): Mark[] {
  const open = new Map<string, number>();
  const silences: Mark[] = [];
  for (const { type, data, meta } of events) {
    const runner = data.runner as string;
    const at = Date.parse(meta.at);
    if (type === 'HeartbeatMissed')
      open.set(runner, typeof data.lastSeenAt === 'string' ? Date.parse(data.lastSeenAt) : at);
    else if (open.has(runner) && /^Runner(Activated|Deregistered|Restarted)$/.test(type)) {
      silences.push({ kind: 'silent', from: open.get(runner)!, to: at, runner });
      open.delete(runner);
    }
  }
  for (const [runner, from] of open) silences.push({ kind: 'silent', from, to: now, runner, goesOn: true });
  return silences;
}

/** What people order; what the record says they caused is in the lanes. */
export const ORDERS = [
  'RunnerTainted',
  'RunnerUntainted',
  'LeaderPinned',
  'LeaderUnpinned',
  'ElectionsPaused',
  'ElectionsResumed',
  'TransferRequested',
  'RunnerForgiven',
  'RunnerDeregistered',
  'GroupConfigured',
  'OrderProposed',
  'OrderApproved',
  'OrderWithdrawn',
] as const;
export const SILENCES = ['HeartbeatMissed', 'RunnerActivated', 'RunnerRestarted'] as const;
const IS_ORDER = new Set<string>(ORDERS);
/** An order that still can be told from what followed from it. */
const isOfPerson = ({ type, meta }: Pick<Event, 'type' | 'meta'>): boolean =>
  IS_ORDER.has(type) && /^(operator|claimed):/.test(meta.actor);

/** What there would be without it can be asked; not without the group itself. */
export const canBeLeftOut = (event: Pick<Event, 'type' | 'meta' | 'data'>): boolean =>
  isOfPerson(event) && !(event.type === 'GroupConfigured' && event.data.previous === null);

function flagsOf(events: readonly Event[], { from, to }: Window, width: number): Flag[] {
  const flags: Flag[] = [];
  for (const event of events) {
    const at = Date.parse(event.meta.at);
    if (!isOfPerson(event) || at < from || at > to) continue;
    const x = ((at - from) / (to - from)) * width;
    const last = flags.at(-1);
    if (last && x - last.x < APART_FLAGS) last.events.push(event);
    else flags.push({ x, events: [event] });
  }
  return flags;
}
