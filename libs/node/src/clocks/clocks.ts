import { setTimeout as sleep } from 'node:timers/promises';
import type { Consumer, EventStore, StoredAppend } from '@conclave/event-store';
import type { Clock } from '@conclave/kernel';
import type { Logger } from '../reporting/logger.js';
import type { ClockStep } from '@conclave/contract';
import { ClockLog } from './clock-log.js';
import { ClockSkew } from './clock-skew.js';
import { ClockWatch } from './clock-watch.js';

const ASK_MOST_MS = 500;

export interface ClocksParts {
  store: EventStore;
  clock: Clock;
  instance: string;
  /** What this server's records of `P` are signed with. */
  writer: string;
  logger: Logger;
}

/** Everything about wall clocks: whether this machine's was set, whether it is wrong, and what stands in the log of it. */
export class Clocks implements Consumer {
  private readonly log: ClockLog;
  private readonly watch: ClockWatch;
  private readonly skew: ClockSkew;

  constructor({ store, clock, instance, writer, logger }: ClocksParts) {
    const problem = (message: string) => logger.warn(message);
    const log = (this.log = new ClockLog(store, clock, instance, writer, problem));
    const watch = (this.watch = new ClockWatch(clock, log, logger));
    this.skew = new ClockSkew({
      store,
      clock,
      writer,
      machineAheadMs: (of) => log.machineAheadMs(of),
      correct: (byMs) => watch.correct(byMs),
      problem,
    });
  }

  /** Before the log is read: the answer then comes at the end of history. Not waited for long. */
  async ask(): Promise<void> {
    await Promise.race([this.skew.ask(), sleep(ASK_MOST_MS)]);
  }
  tick(): void {
    this.watch.tick();
    void this.skew.ask();
  }
  /** Nothing is decided by a clock that may be wrong. */
  get areKnown(): boolean {
    return this.skew.isKnown;
  }
  /** Why they are not known yet, if the store has said so. */
  get failure(): Error | null {
    return this.skew.failure;
  }
  apply(append: StoredAppend): void {
    this.log.apply(append);
    this.skew.apply(append);
  }

  /** How far this server's time is ahead of the store's, ms; null: the store has none, or it is not known yet. */
  get skewMs(): number | null {
    return this.skew.skewMs;
  }
  /** Steps that are on record, of any server. */
  get steps(): readonly ClockStep[] {
    return this.log.all;
  }

  saved = (): ReturnType<ClockLog['saved']> => this.log.saved();
  restore = (steps: ReturnType<ClockLog['saved']>): void => this.log.restore(steps);
}
