import { basename } from 'node:path';
import type { Reporter } from '@conclave/access';
import type { Logger } from '../environment/logger.js';

/** Files that people changed while the server runs, and of which what stands there now is not in force. */
export class UnusedFiles {
  private readonly paths = new Set<string>();

  note = (path: string, isInForce: boolean): void => {
    if (isInForce) this.paths.delete(path);
    else this.paths.add(path);
  };

  /** What files are told of: to the log, and here for as long as it is so. */
  reporter = (logger: Logger): Reporter => ({ warn: (message) => logger.warn(message), stands: this.note });

  /** Everybody may read them: neither where the files are nor what is in them. */
  warnings(): string[] {
    return [...this.paths].map(
      (path) =>
        `what stands in ${basename(path)} now cannot be used, and what it said before is in force: the log of this server says why`,
    );
  }
}
