import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import { STORED_FORM, type Id } from '@conclave/election';
import {
  isOwn,
  type Consumer,
  type EventStore,
  type NewEvent,
  type StoredAppend,
  type StoreError,
} from '@conclave/event-store';
import { isoOf, randomUuid, type Clock } from '@conclave/kernel';
import { LONGEST_LEASE_MS, MarkShape, mergeMarks, type Mark } from '../log/marks.js';

const DISPUTES_STREAM = 'disputes';
const LOG_DISPUTED = 'LogDisputed';
/** Groups in one event: it stays far below what a store takes. */
const AT_ONCE = 200;

/** No group ever had more; from there none could go on. */
const MOST = 1e12;
const Told = z.object({ groups: z.array(z.unknown()) });
/** One that is wrong takes none of the others along. */
const ToldOne = z.tuple([
  z.string(),
  MarkShape.refine(({ version, term }) => version <= MOST && term <= MOST).transform((mark) => ({
    ...mark,
    leaseMs: Math.min(mark.leaseMs, LONGEST_LEASE_MS),
  })),
]);

/**
 * What servers that stopped before this log know of what it has lost, in the log itself: whoever accepts it, at whichever of
 * them, accepts what all of them knew, and no term comes again (G1).
 */
export class Disputes implements Consumer {
  /** Also what was accepted since. */
  readonly told = new Map<Id, Mark>();
  /** How often somebody has said something. */
  heard = 0;
  private isMute = false;

  /** `problem` is told when nothing can be said to the others. */
  constructor(
    private readonly store: Pick<EventStore, 'publish'>,
    private readonly clock: Clock,
    private readonly instance: string,
    private readonly problem: (message: string) => void = () => undefined,
  ) {}

  apply({ stream, events }: StoredAppend): void {
    if (stream !== DISPUTES_STREAM) return;
    for (const { type, data, meta } of events) {
      const said = Told.safeParse(data);
      if (type !== LOG_DISPUTED || !isOwn({ meta }) || !said.success) continue;
      this.heard++;
      for (const one of said.data.groups) {
        const [group, mark] = ToldOne.safeParse(one).data ?? [];
        if (mark) this.told.set(group!, mergeMarks(this.told.get(group!), mark));
      }
    }
  }

  /** Says what nobody has said yet. Rejects with a StoreError; then it may be said again. */
  async tell(known: readonly [Id, Mark][]): Promise<void> {
    const news = known.filter(([group, mark]) => this.isNews(group, mark));
    for (let at = 0; at < news.length; at += AT_ONCE) {
      const data = {
        at: isoOf(this.clock.wallMs()),
        instance: this.instance,
        groups: news.slice(at, at + AT_ONCE),
      };
      const event = { id: randomUuid(), type: LOG_DISPUTED, data, meta: { v: STORED_FORM, at: data.at } };
      await this.say(event);
    }
  }

  /** Where somebody has deleted the stream nothing can be said any more; whoever accepts the log here is to be able to go on. */
  private async say(event: NewEvent): Promise<void> {
    try {
      await this.store.publish(DISPUTES_STREAM, event);
    } catch (error) {
      const { code, message } = error as StoreError;
      if (code !== 'stream-deleted') throw error;
      if (!this.isMute)
        this.problem(
          `the other servers cannot be told what this one knew: stop those that work on, until the log is accepted here. ${message}`,
        );
      this.isMute = true;
    }
  }

  private isNews(group: Id, mark: Mark): boolean {
    const told = this.told.get(group);
    return told === undefined || !isDeepStrictEqual(mergeMarks(told, mark), told);
  }

  saved(): [Id, Mark][] {
    return [...this.told];
  }
  restore(told: [Id, Mark][]): void {
    this.heard += told.length;
    for (const [group, mark] of told) this.told.set(group, mark);
  }
}
