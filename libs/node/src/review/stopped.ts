import { Seldom, type Clock } from '@conclave/kernel';
import { differencesDigest, type Difference } from '../log/differences.js';
import type { Logger } from '../reporting/logger.js';

const SILENT =
  '. Servers that work on this log are not told of it: none of the keys that this one knew stands in it, so it may be somebody ' +
  "else's. If it is not, stop them: they give terms that this one knows";

/** Says that this server has stopped, and what to do. Beside one that works on, what is found changes all the time: once a minute. */
export class Stopped {
  private readonly seldom: Seldom;

  constructor(
    logger: Logger,
    private readonly clock: Clock,
  ) {
    this.seldom = new Seldom((message) => logger.fatal(message));
  }

  /** `isOurs`: those who work on this log hear of it. */
  tell(why: string | null, digest: string, differences: readonly Difference[], isOurs: boolean): void {
    const asKnown = differencesDigest(
      null,
      differences.map((one) => ({ ...one, found: one.known })),
    );
    const how = `"conclave log" shows more, "conclave log accept --reason …" (or CONCLAVE_ACCEPT_LOG=${digest} at a start) takes it as it is`;
    const where = isOurs ? '' : ' by this server';
    const words = `stopped: ${why}. Nothing is granted or decided${where} until somebody has looked: ${how}${isOurs ? '' : SILENT}`;
    this.seldom.tell(asKnown, words, this.clock.monotonicMs());
  }
}
