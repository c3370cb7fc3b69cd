import { Seldom, type Clock } from '@conclave/kernel';
import { differencesDigest, type Difference } from '../log/differences.js';
import type { Logger } from '../reporting/logger.js';

/** Says that this server has stopped, and what to do. Beside one that works on, what is found changes all the time: once a minute. */
export class Stopped {
  private readonly seldom: Seldom;

  constructor(
    logger: Logger,
    private readonly clock: Clock,
  ) {
    this.seldom = new Seldom((message) => logger.fatal(message));
  }

  tell(why: string | null, digest: string, differences: readonly Difference[]): void {
    const asKnown = differencesDigest(
      null,
      differences.map((one) => ({ ...one, found: one.known })),
    );
    const how = `"conclave log" shows more, "conclave log accept --reason …" (or CONCLAVE_ACCEPT_LOG=${digest} at a start) takes it as it is`;
    const words = `stopped: ${why}. Nothing is granted or decided until somebody has looked: ${how}`;
    this.seldom.tell(asKnown, words, this.clock.monotonicMs());
  }
}
