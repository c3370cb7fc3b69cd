import { DEFAULT_LOSS_CONFIRM_MS, type Groups, type Id } from '@conclave/election';
import type { Hearing } from './hearing/hearing.js';
import type { Probe } from './probe.js';
import type { Loss, Sessions } from './sessions.js';

/**
 * A socket that closed counts as a death only if nothing of that incarnation is heard for this long (L10); of the leader of
 * a fenced group, who is followed then, for as long as the group says.
 */
const CONFIRM_MS = 250;
const PROBE_EVERY_MS = 5;

/** Turns of the event loop in which what came in by then is read: a connection, what it asks, and one more. */
const TURNS = 3;

/** Timers count whole milliseconds: what is left of the last one is waited for in turns, 2 to 4 µs each, so many at the most. */
const LAST_TURNS = 300;

/** So often it is looked whether the loop has stood still, and for how long. */
const LOOK_MS = 5;
const STALL_MS = 5;

/** `isRead`: its time is over, and so is reading what came in until then. */
type Waiting = Loss & { confirmMs: number; isRead?: boolean };

export interface LossesParts {
  groups: Groups;
  hearing: Hearing;
  probe: Probe;
  sessions: Sessions;
  /** Nobody is heard but here: the store is this server's alone. */
  isOnlyServer: boolean;
  nowMs: () => number;
  defect: (error: unknown) => void;
  /** Processes of one group whose streams broke, and of which nothing was heard since. */
  confirmed: (group: Id, losses: readonly Loss[]) => void;
}

/** Streams that closed without goodbye, until it is known what that meant (L10). */
export class Losses {
  private waiting: Waiting[] = [];

  constructor(private readonly p: LossesParts) {
    p.probe.onWritten = () => this.judge(p.nowMs());
  }

  add(loss: Loss): void {
    const waiting = Object.assign(loss, { confirmMs: this.confirmMsOf(loss) });
    this.waiting.push(waiting);
    this.judgeWhenOver(waiting, this.p.isOnlyServer && waiting.confirmMs < CONFIRM_MS);
  }

  /**
   * Sharp when its time is over: timers may be early by less than a millisecond. `isAwake`: the event loop has not stood still
   * since, so nothing waits that came in then (of connections it takes one a turn).
   */
  private judgeWhenOver(loss: Waiting, isAwake: boolean, turns = 0): void {
    const leftMs = Math.max(0, loss.confirmMs - (this.p.nowMs() - loss.lostMs));
    const waitMs = isAwake ? Math.floor(Math.min(leftMs, LOOK_MS)) : Math.ceil(leftMs);
    const dueMs = this.p.nowMs() + waitMs;
    const look = () => {
      const nowMs = this.p.nowMs();
      const isStill = isAwake && nowMs - dueMs < STALL_MS;
      if (nowMs - loss.lostMs < loss.confirmMs) this.judgeWhenOver(loss, isStill, turns + 1);
      else if (isStill) this.judgeAfter(TURNS, loss, nowMs + STALL_MS);
      else this.judgeNow();
    };
    if (isAwake && waitMs === 0 && turns < LAST_TURNS) setImmediate(look);
    else setTimeout(look, waitMs).unref();
  }

  private judgeAfter(turns: number, loss: Waiting, latestMs: number): void {
    setImmediate(() => {
      if (turns > 1) return this.judgeAfter(turns - 1, loss, latestMs);
      loss.isRead = this.p.nowMs() < latestMs;
      this.judgeNow();
    });
  }

  private judgeNow(): void {
    try {
      this.judge(this.p.nowMs());
    } catch (error) {
      this.p.defect(error);
    }
  }

  private confirmMsOf({ group, runner, incarnation }: Loss): number {
    const { leadership, settings } = this.p.groups.get(group) ?? {};
    const isLeader = leadership?.runner === runner && leadership.incarnation === incarnation;
    if (!isLeader || settings?.failover !== 'fenced') return CONFIRM_MS;
    return settings.lossConfirmMs ?? DEFAULT_LOSS_CONFIRM_MS;
  }

  /**
   * Only what was heard counts: a record of ours, written after that time, must have come back first (L6,
   * L10). Who is the only server has heard it when it has read its sockets, if it was awake.
   */
  judge(nowMs: number): void {
    if (this.waiting.length === 0) return;
    const { hearing, sessions, probe } = this.p;
    const isRipe = ({ lostMs, confirmMs }: Waiting) => nowMs - lostMs >= confirmMs;
    const isProved = ({ lostMs, confirmMs, isRead }: Waiting) =>
      (isRead && !hearing.isDeaf) || hearing.provedSinceMs - lostMs >= confirmMs;
    const confirmed = this.waiting.filter((loss) => isProved(loss) && sessions.isConfirmed(loss));
    this.waiting = this.waiting.filter((loss) => !isProved(loss));
    for (const [group, losses] of Map.groupBy(confirmed, (loss) => loss.group))
      this.p.confirmed(group, losses);
    if (this.waiting.some(isRipe)) probe.send(nowMs, PROBE_EVERY_MS);
  }

  /** The server stops: whatever closes now is its own doing. */
  forget(): void {
    this.waiting = [];
  }
}
