import { decide, groupOf, isoOfMs, nextDeadlineMs, type Groups, type Id } from '@conclave/election';
import type { Consumer, StoredAppend } from '@conclave/event-store';
import type { Clock } from '@conclave/kernel';
import type { GroupTime } from './group-time.js';
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
  private reconciledMs: number;
  private readonly running = new Set<Promise<void>>();

  constructor(
    private readonly groups: Groups,
    private readonly send: Send,
    private readonly clock: Clock,
    private readonly time: GroupTime,
    private readonly report: DeadlineReport,
  ) {
    this.reconciledMs = clock.monotonicMs();
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
    for (const group of this.stale) this.schedule(group, this.time.nowMs(group));
    this.stale.clear();
    for (const [group, dueMs] of this.dueMs) {
      const nowMs = this.time.nowMs(group);
      if (dueMs > nowMs) continue;
      this.dueMs.set(group, nowMs + RETRY_MS);
      this.track(this.act(group, nowMs));
    }
    if (this.clock.monotonicMs() - this.reconciledMs < RECONCILE_MS) return;
    this.reconciledMs = this.clock.monotonicMs();
    if (this.running.size > 0) return; // what acts right now is no defect
    for (const { state } of this.groups.all()) {
      if (!this.dueMs.has(state.id) && this.isOverdue(state.id, this.time.nowMs(state.id)))
        this.track(this.mend(state.id));
    }
  }

  /** Resolves when what the last tick began is done. */
  async idle(): Promise<void> {
    await Promise.all(this.running);
  }

  private track(action: Promise<void>): void {
    this.running.add(action);
    void action.finally(() => this.running.delete(action));
  }

  /** A deadline in the past that nobody acted on yet (all servers were down) is due at once. */
  private schedule(group: Id, nowMs: number): void {
    const state = this.groups.get(group);
    const dueMs = !state ? null : this.isOverdue(group, nowMs) ? nowMs : nextDeadlineMs(state, nowMs);
    if (dueMs === null) this.dueMs.delete(group);
    else this.dueMs.set(group, dueMs);
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

  private async act(group: Id, nowMs: number): Promise<void> {
    try {
      await this.send(group, { type: 'Reconcile', cause: 'cooldown-over' }, 'system:deadlines');
      const state = this.groups.get(group);
      const next = state ? nextDeadlineMs(state, nowMs) : null;
      if (next === null) this.dueMs.delete(group);
      else this.dueMs.set(group, next);
    } catch (error) {
      this.report.problem(
        `deadline of group "${group}" could not be acted on, trying again: ${(error as Error).message}`,
      );
    }
  }

  /** A defect only if it was decided on what this server has read: a deadline may stand in what it has not. */
  private async mend(group: Id): Promise<void> {
    try {
      const command = { type: 'Reconcile', cause: 'reconciled' } as const;
      const seen = this.groups.get(group)!.version;
      const { changed, before } = await this.send(group, command, 'system:deadlines');
      if (changed && before.version === seen)
        this.report.defect(
          `group "${group}" needed a reconciliation: a change did not lead to the election it should have`,
        );
    } catch (error) {
      this.report.problem(`group "${group}" could not be reconciled: ${(error as Error).message}`);
    }
  }
}
