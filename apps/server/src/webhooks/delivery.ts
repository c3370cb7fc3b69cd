import type { Append, Groups } from '@conclave/election';
import { comparePositions } from '@conclave/event-store';
import type { RecordedStep } from '@conclave/node';
import {
  clockItem,
  itemsOf,
  Lanes,
  timedItem,
  type Cursor,
  type Progress,
  type Vacancy,
} from '@conclave/webhooks';
import { ProgressRecord } from './progress-record.js';
import { Turns, type DeliveryParts } from './turns.js';
import type { Endpoint } from './webhooks-file.js';

/** Notices that are held for an endpoint; whatever is more stays in the log until its turn. */
const HELD = 1_000;
/** How often vacancies are looked at: there may be many. */
const LOOK_MS = 500;

/** Tells one endpoint what it wants to know, as long as this server is the one that does: group by group, in order. */
export class Delivery {
  readonly lanes = new Lanes(HELD);
  readonly turns: Turns;
  /** Vacancies were looked at until then, ms since the epoch. */
  private lookedMs: number;
  /** The same of those in groups whose time is ahead of the clock (ADR 012). */
  private lookedAhead = new Map<string, number>();
  /** Of vacancies that were told of by what came after them, before they were looked at. */
  private readonly told = new Map<string, string>();
  private readonly record: ProgressRecord;
  private seen: Endpoint;

  /** `progress`: how far the endpoint is, as the log says. */
  constructor(
    private readonly parts: DeliveryParts,
    progress: Progress,
  ) {
    const { node, logger } = parts;
    this.lookedMs = Math.min(progress.atMs, node.clock.wallMs()); // by a clock that was ahead, perhaps
    this.seen = parts.endpoint();
    this.record = new ProgressRecord(
      async () => {
        const progress = this.lanes.progress(this.looked);
        await node.records.webhooks.delivered(this.endpoint.name, progress);
        return progress.behind.length;
      },
      ({ message }) =>
        logger.warn(`webhook "${this.endpoint.name}": how far it is could not be recorded: ${message}`),
    );
    const hadNews = (): void => void (this.record.hasNews = true);
    this.turns = new Turns(parts, this.lanes, { lookedIn: this.lookedIn, hadNews });
    markMissed(this.lanes, progress, node.groups, this.endpoint);
  }

  private get endpoint(): Endpoint {
    return this.parts.endpoint();
  }
  /** How far groups are that have nothing waiting. */
  private get looked(): Cursor {
    return { position: this.parts.node.tail.position, atMs: this.lookedMs };
  }
  private lookedIn = (group: string): Cursor => {
    const { position, atMs } = this.looked;
    return { position, atMs: this.lookedAhead.get(group) ?? atMs };
  };

  /** `vacancy`: stood before the append. */
  changed(append: Append, vacancy: Vacancy | null): void {
    const { group } = append;
    if (!this.endpoint.isOf(group)) return;
    const stood = { vacancy, isTold: vacancy !== null && this.told.get(group) === vacancy.event };
    const items = itemsOf(append, this.endpoint.wanted, stood, this.lookedIn(group));
    if (items.length === 0) return;
    if (vacancy && items[0]!.notice.type === 'leaderless') this.told.set(group, vacancy.event);
    this.lanes.offer(group, items, this.lookedIn(group));
    this.turns.pump();
  }

  stepped({ step, ...event }: RecordedStep): void {
    if (!this.endpoint.wanted.types.has('clock-stepped')) return;
    this.lanes.offer(null, [clockItem(event, step, this.looked)], this.looked);
    this.turns.pump();
  }

  /** The receiver is known, or said, to be in order again. */
  wake(): void {
    this.lanes.wake();
    this.turns.pump();
  }

  /** Call a few times a second. `nowMs` is monotonic. */
  tick(nowMs: number): void {
    if (this.endpoint !== this.seen) this.wake(); // another address, perhaps
    this.seen = this.endpoint;
    this.lookAtVacancies();
    this.turns.pump();
    this.record.tick(nowMs);
  }

  private lookAtVacancies(): void {
    const { node } = this.parts;
    const { wanted } = this.endpoint;
    // no further than this server has heard: who leads by now may be on its way
    const heardMs = (nowMs: number) => Math.floor(nowMs - node.presence.unprovedMs());
    const nowMs = heardMs(node.clock.wallMs());
    if (nowMs - this.lookedMs < LOOK_MS) return;
    const ahead = new Map<string, number>();
    if (wanted.leaderlessAfterMs !== null)
      for (const [group, vacancy] of node.records.webhooks.vacancies.all) {
        const state = node.groups.get(group);
        if (!state || !this.endpoint.isOf(group)) continue;
        const [from, groupMs] = [this.lookedIn(group), heardMs(node.time.nowMs(group))];
        if (groupMs > nowMs) ahead.set(group, groupMs);
        if (this.told.get(group) === vacancy.event) continue;
        const item = timedItem(state, vacancy, wanted, from, groupMs);
        if (item) this.lanes.offer(group, [item], from);
      }
    [this.lookedMs, this.lookedAhead] = [nowMs, ahead];
    this.told.clear(); // what was due by now is behind `lookedMs`
  }

  /** Once nothing is under way: how far it came. */
  finish = async (): Promise<void> => this.record.finish();
}

/** What was recorded while nobody delivered. */
function markMissed(lanes: Lanes, { behind, ...cursor }: Progress, groups: Groups, endpoint: Endpoint): void {
  for (const one of behind) lanes.mark(one);
  for (const { state, position } of groups.all()) {
    const isNews = comparePositions(position, cursor.position) > 0;
    if (isNews && !lanes.has(state.id) && endpoint.isOf(state.id))
      lanes.mark({ group: state.id, ...cursor, failingMs: null });
  }
  if (!lanes.has(null)) lanes.mark({ group: null, ...cursor, failingMs: null });
}
