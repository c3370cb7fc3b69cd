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
   * written here before the process is said to be gone. What this server heard is not always in the log: not every beat of a
   * standby is, nor what could not be written when it was said before. Rejects with a StoreError.
   */
  async endBeats(about: ProcessId, sequence: number): Promise<void> {
    const process = this.roll.enterProcess(about);
    raise(process, sequence);
    if (this.isOnlyServer || (process.lastBeat?.sequence ?? 0) >= sequence) return;
    await this.log.beats([{ ...about, sequence, acked: sequence, term: null }], []);
  }
}
