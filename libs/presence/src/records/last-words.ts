import type { ProcessId } from '@conclave/election';
import type { PresenceLog } from './presence-log.js';
import { raise } from './sequences.js';
import type { Roll } from '../hearing/roll.js';

/** What a process says before it ends, whose last beat may be under way yet. */
export class LastWords {
  constructor(
    private readonly roll: Roll,
    private readonly log: Pick<PresenceLog, 'beats'>,
    private readonly isOnlyServer: boolean,
  ) {}

  /**
   * No beat up to that sequence brings the process back (G5): here, from now on; on another server, once that has read what is
   * written here before the process is said to be gone. Rejects with a StoreError.
   */
  async endBeats(about: ProcessId, sequence: number): Promise<void> {
    if (raise(this.roll.enterProcess(about), sequence) !== null || this.isOnlyServer) return;
    await this.log.beats([{ ...about, sequence, acked: sequence, term: null }], []);
  }
}
