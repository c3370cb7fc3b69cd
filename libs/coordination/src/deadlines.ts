import { decide, groupOf, isoOfMs, nextDeadlineMs, type Groups, type Id } from '@conclave/election';
import type { Consumer, StoredAppend } from '@conclave/event-store';
import { giveWay, Seldom, type Clock } from '@conclave/kernel';
import type { GroupTime } from './group-time.js';
import { fewAtOnce } from './few-at-once.js';
import type { Send } from './send.js';

const RETRY_MS = 1_000;
const RECONCILE_MS = 60_000;

export interface DeadlineReport {
  defect(message: string): void;
  problem(message: string): void;
}

/**
 * Lets time act: at the instant when a cooldown or the like is over, the group is reconciled by a command.
 * Every server does this for every group; the group's expected version lets one through. Besides, each group
 * is looked at once a minute: whatever that finds should have been done already, and is logged as a defect
 * (docs/concepts.md).
 */
export class Deadlines implements Consumer {
  private readonly stale = new Set<Id>();
  private readonly dueMs = new Map<Id, number>();
  /** Nothing is due before: most ticks need not look at every group. */
  private earliestMs = Infinity;
  private reconciledMs: number;
  private readonly running = new Map<Id, Promise<void>>();
  private readonly few = fewAtOnce();
  private readonly failing: Seldom;
  private looking: Promise<void> | null = null;
  private reconciling: Promise<void> | null = null;

  constructor(
    private readonly groups: Groups,
    private readonly send: Send,
    private readonly clock: Clock,
    private readonly time: GroupTime,
    private readonly report: DeadlineReport,
  ) {
    this.reconciledMs = clock.monotonicMs();
    this.failing = new Seldom((message) => report.problem(message));
  }

  apply({ stream }: StoredAppend): void {
    const group = groupOf(stream);
    if (group !== null) this.stale.add(group);
  }

  /** Groups that a snapshot brought: each is looked at once. */
  restored(): void {
    for (const { state } of this.groups.all()) this.stale.add(state.id);
  }

  /** Call a few times a second, once the tail has caught up. */
  tick(): void {
    // at very many groups one may still be under way: they are looked at in slices
    this.looking ??= this.reported(this.look()).finally(() => (this.looking = null));
    if (this.clock.monotonicMs() - this.reconciledMs < RECONCILE_MS || this.reconciling) return;
    this.reconciledMs = this.clock.monotonicMs();
    this.reconciling = this.reported(this.looking.then(async () => this.reconcile())).finally(
      () => (this.reconciling = null),
    );
  }

  private async reported(work: Promise<void>): Promise<void> {
    await work.catch((error: Error) => this.report.defect(error.stack ?? error.message));
  }

  private async look(): Promise<void> {
    for (const group of this.stale) {
      this.stale.delete(group);
      this.schedule(group, this.time.nowMs(group));
      await giveWay();
    }
    if (this.time.latestMs < this.earliestMs) return;
    this.earliestMs = Infinity;
    for (const [group, dueMs] of this.dueMs) {
      const nowMs = this.time.nowMs(group);
      const isDue = dueMs <= nowMs && !this.running.has(group);
      this.plan(group, isDue ? nowMs + RETRY_MS : dueMs);
      if (isDue) this.act(group, nowMs);
      await giveWay();
    }
  }

  private plan(group: Id, dueMs: number): void {
    this.dueMs.set(group, dueMs);
    this.earliestMs = Math.min(this.earliestMs, dueMs);
  }

  /** Each group once; what acts right now, or is to be looked at, is no defect. */
  private async reconcile(): Promise<void> {
    for (const { state } of this.groups.all()) {
      const { id } = state;
      const isKnown = this.dueMs.has(id) || this.stale.has(id) || this.running.has(id);
      if (!isKnown && this.isOverdue(id, this.time.nowMs(id))) this.mend(id);
      await giveWay();
    }
  }

  /** Resolves when what the last tick began is done. */
  async idle(): Promise<void> {
    await this.looking;
    await this.reconciling;
    await Promise.all(this.running.values());
  }

  /** Where the time of very many groups comes at once others get their turn between two of them. */
  private begin(group: Id, work: () => Promise<void>): void {
    const inTurn = async () => giveWay().then(work);
    const action = this.few(inTurn).catch((error: Error) => {
      const what = `what is due in group "${group}" could not be done, trying again: ${error.message}`;
      this.failing.tell(error, what, this.clock.monotonicMs());
    });
    this.running.set(group, action);
    void action.finally(() => this.running.delete(group));
  }

  /** A deadline in the past that nobody acted on yet (all servers were down) is due at once. */
  private schedule(group: Id, nowMs: number): void {
    const state = this.groups.get(group);
    const dueMs = !state ? null : this.isOverdue(group, nowMs) ? nowMs : nextDeadlineMs(state, nowMs);
    if (dueMs === null) this.dueMs.delete(group);
    else this.plan(group, dueMs);
  }

  private isOverdue(group: Id, nowMs: number): boolean {
    const decision = decide({ type: 'Reconcile', cause: 'reconciled' }, this.groups.get(group)!, {
      at: isoOfMs(nowMs),
      actor: 'system:deadlines',
      reason: null,
      commandId: '',
    });
    return 'events' in decision && decision.events.length > 0;
  }

  private act(group: Id, nowMs: number): void {
    this.begin(group, async () => {
      await this.send(group, { type: 'Reconcile', cause: 'cooldown-over' }, 'system:deadlines');
      const state = this.groups.get(group);
      const next = state ? nextDeadlineMs(state, nowMs) : null;
      if (next === null) this.dueMs.delete(group);
      else this.plan(group, next);
    });
  }

  /** A defect only if it was decided on what this server has read: a deadline may stand in what it has not. */
  private mend(group: Id): void {
    this.begin(group, async () => {
      const command = { type: 'Reconcile', cause: 'reconciled' } as const;
      const seen = this.groups.get(group)!.version;
      const { changed, before } = await this.send(group, command, 'system:deadlines');
      if (changed && before.version === seen)
        this.report.defect(
          `group "${group}" needed a reconciliation: a change did not lead to the election it should have`,
        );
    });
  }
}
