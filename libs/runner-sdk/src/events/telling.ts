import { EventEmitter } from 'node:events';
import { Ongoing } from './ongoing.js';

/** `connecting`: no answer yet. `lost`: led, but the lease is gone. `superseded` and `stopped` are final. */
export type RunnerStatus =
  'connecting' | 'standby' | 'leading' | 'revoked' | 'lost' | 'superseded' | 'stopped';

export interface RunnerEvents {
  status: [status: RunnerStatus, term: number | null];
  /** `isNews`: false if it was told a moment ago, in the same words. */
  problem: [error: Error, isNews: boolean];
  granted: [term: number, certificate: string | null];
  leader: [leader: string | null, term: number];
}

/** Whatever a listener throws is told as a problem, or ends the process if nobody asks for those: the runner goes on. */
export class Telling extends EventEmitter<RunnerEvents> {
  /** Who leads the group, as the last beat was answered; null: nobody, or no answer yet. Only for those who look on: it may be over. */
  leader: string | null = null;
  private readonly ongoing = new Ongoing();

  protected ledBy(leader: string | null, term: number): void {
    if (leader === this.leader) return;
    this.leader = leader;
    this.tell(() => this.emit('leader', leader, term));
  }

  protected problem(error: Error): void {
    this.tell(() => this.emit('problem', error, this.ongoing.isNews(String(error))), false);
  }

  protected tell(listeners: () => void, isFirst = true): void {
    try {
      listeners();
    } catch (error) {
      if (isFirst && this.listenerCount('problem') > 0) return this.problem(error as Error);
      setImmediate(() => {
        throw error;
      });
    }
  }
}
