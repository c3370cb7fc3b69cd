import type { Node } from '@conclave/node';
import { restMs, type Cursor, type Lane, type Lanes, type Notice } from '@conclave/webhooks';
import type { Logger } from '../environment/logger.js';
import type { Outcome } from './posting.js';
import { readOn } from './rereading.js';
import type { Endpoint } from './webhooks-file.js';

/** So many groups are delivered to an endpoint at the same time. */
export const AT_ONCE = 8;
/** So many notices are read at once for a group that is behind. */
const READ = 50;
const READ_AGAIN_MS = 1_000;

export type Count = 'delivered' | 'failed' | 'dead';

export interface DeliveryParts {
  node: Node;
  logger: Logger;
  /** As the file says now. */
  endpoint: () => Endpoint;
  post: (notice: Notice) => Promise<Outcome>;
  count: (what: Count) => void;
}

/** Where a delivery stands beside its lanes. */
export interface Looked {
  /** How far a group is that has nothing waiting. */
  lookedIn: (group: string) => Cursor;
  /** Something was delivered, or went wrong for the first time. */
  hadNews: () => void;
}

/** Gives lanes their turn, some at a time: each time one try for the first notice of one. */
export class Turns {
  lastFailure: { at: string; why: string } | null = null;
  /** The last try was in vain, also of what was given up at once (410). */
  isInVain = false;
  private busy = 0;
  private isOver = false;

  constructor(
    private readonly parts: DeliveryParts,
    private readonly lanes: Lanes,
    private readonly looked: Looked,
  ) {}

  get isIdle(): boolean {
    return this.busy === 0;
  }
  /** Nothing new is begun any more. */
  halt(): void {
    this.isOver = true;
  }

  private get nowMs(): number {
    return this.parts.node.clock.wallMs();
  }
  private warn(what: string): void {
    this.parts.logger.warn(`webhook "${this.parts.endpoint().name}": ${what}`);
  }

  pump(): void {
    while (!this.isOver && this.busy < AT_ONCE) {
      const lane = this.lanes.next(this.nowMs);
      if (!lane) return;
      this.busy++;
      void this.serve(lane)
        .catch((error: unknown) => {
          this.parts.node.defects.record('webhooks', error);
          this.lanes.rest(lane, this.nowMs + READ_AGAIN_MS, 'a defect; the log of the server has it');
        })
        .finally(() => {
          this.busy--;
          this.pump();
        });
    }
  }

  private async serve(lane: Lane): Promise<void> {
    if (lane.group !== null && !this.parts.endpoint().isOf(lane.group)) {
      this.lanes.drop(lane); // taken out of the file while it waited: that is not for this receiver any more
      return this.looked.hadNews();
    }
    if (lane.items.length === 0 && !(await this.reread(lane))) return;
    const item = lane.items[0];
    if (!item || this.isOver) return this.lanes.release(lane);
    const { wakings } = this.lanes;
    const outcome = await this.parts.post(item.notice);
    this.isInVain = outcome.why !== null;
    if (this.isOver && outcome.why !== null) return; // perhaps only because this server stops
    if (outcome.why === null) this.parts.count('delivered');
    else if (!(await this.isGivenUp(lane, item.notice, outcome))) {
      if (this.lanes.wakings !== wakings) lane.restsUntilMs = 0; // it was under way then
      return;
    }
    this.lanes.delivered(lane);
    this.looked.hadNews();
  }

  /** False: there is nothing to do for the lane now. */
  private async reread(lane: Lane): Promise<boolean> {
    const { node, endpoint } = this.parts;
    const { group } = lane;
    if (group !== null && (node.groups.problemOf(group) !== null || !node.groups.get(group))) {
      this.lanes.drop(lane);
      return false;
    }
    lane.hasMissed = false;
    const lookedMs = group === null ? 0 : this.looked.lookedIn(group).atMs;
    const bounds = { lookedMs, most: Math.min(READ, this.lanes.room) };
    try {
      const { items, readTo, isWhole } = await readOn(node, lane, endpoint().wanted, bounds);
      this.lanes.refill(lane, items, readTo, isWhole);
      return true;
    } catch (error) {
      const why = `the log cannot be read: ${(error as Error).message}`;
      this.warn(why);
      this.lanes.rest(lane, this.nowMs + READ_AGAIN_MS, why);
      return false;
    }
  }

  /** After a try in vain. True if it is on record that there will be no other. */
  private async isGivenUp(lane: Lane, notice: Notice, outcome: Outcome): Promise<boolean> {
    const { nowMs } = this;
    const why = outcome.why!;
    this.parts.count('failed');
    this.lastFailure = { at: this.parts.node.now(), why };
    if (lane.failingMs === null) this.looked.hadNews(); // that it fails once more changes nothing of how far it is
    lane.failingMs ??= nowMs;
    lane.tries++;
    const isLast = outcome.isFinal || nowMs - lane.failingMs >= this.parts.endpoint().giveUpAfterMs;
    if (isLast && (await this.bury(notice, why))) return true;
    if (lane.tries === 1) this.warn(`notice ${notice.id} was not delivered: ${why}`);
    this.lanes.rest(lane, nowMs + restMs(lane.tries, Math.random(), outcome.askedMs), why);
    return false;
  }

  private async bury({ id, type, group, version }: Notice, why: string): Promise<boolean> {
    const { node, endpoint, count } = this.parts;
    const { name } = endpoint();
    try {
      await node.records.webhooks.bury({ endpoint: name, id, type, group, version, why });
    } catch {
      return false; // the store is away: it is tried again, and given up then
    }
    this.warn(`notice ${id} is given up: ${why}. See: conclave webhook dead ${name}`);
    count('dead');
    return true;
  }
}
