import { Seldom, type Clock } from '@conclave/kernel';
import type { Id } from '@conclave/election';
import type { Difference } from '../log/differences.js';
import type { Logger } from '../reporting/logger.js';

const SILENT =
  '. Servers that work on this log are not told of it: none of the keys that this one knew stands in it, so it may be somebody ' +
  "else's. If it is not, stop them: they give terms that this one knows";

/** Says that this server has stopped, and what to do. Beside one that works on, what is found changes all the time: once a minute. */
export class Stopped {
  private readonly seldom: Seldom;
  private readonly told = new Map<Id, string>();
  private kind: string | null = null;

  constructor(
    logger: Logger,
    private readonly clock: Clock,
  ) {
    this.seldom = new Seldom((message) => logger.fatal(message));
  }

  /** `isOurs`: those who work on this log hear of it. */
  tell(why: string | null, digest: string, differences: readonly Difference[], isOurs: boolean): void {
    const news = differences.filter((one) => this.isNews(one)); // of each it is noted
    if (this.kind === null || news.length > 0) this.kind = digest;
    const how = `"conclave log" shows more, "conclave log accept --reason …" (or CONCLAVE_ACCEPT_LOG=${digest} at a start) takes it as it is`;
    const where = isOurs ? '' : ' by this server';
    const words = `stopped: ${why}. Nothing is granted or decided${where} until somebody has looked: ${how}${isOurs ? '' : SILENT}`;
    this.seldom.tell(this.kind, words, this.clock.monotonicMs());
  }

  /** While it is accepted group by group, there is less and less. */
  private isNews({ group, known: { version, term } }: Difference): boolean {
    const text = `${version}/${term}`;
    if (this.told.get(group) === text) return false;
    this.told.set(group, text);
    return true;
  }
}
