import {
  ANSWERS_STREAM,
  COMMAND_ANSWERED,
  CommandAnswered,
  isRepeatable,
  STORED_FORM,
  type Id,
  type RememberedCommand,
} from '@conclave/election';
import {
  digestOf,
  isOwn,
  Retention,
  type Consumer,
  type EventStore,
  type StoredAppend,
  type StoredEvent,
} from '@conclave/event-store';
import { isoOf, randomUuid, type Clock } from '@conclave/kernel';
import type { Order } from './order.js';

/** No name of anybody: it is in the log for a day. */
const byOf = (actor: string, commandId: string): string => digestOf({ actor, commandId });
const SOMEBODY_ELSE = '';

/** Nobody repeats a command a day later. */
const KEEP_MS = 86_400_000;
const MOST = 10_000;

/**
 * What was answered to commands with an Idempotency-Key that found their wish fulfilled. Without it a repeat would take
 * effect if somebody else has changed things meanwhile. Looks in the store before it says that nothing is known: another
 * server may have answered a moment ago.
 */
export class Answers implements Consumer {
  private readonly known = new Map<string, CommandAnswered>();
  /** Version of the stream up to which it was read. */
  private read = 0;
  private readonly retention: Retention;

  constructor(
    private readonly store: Pick<EventStore, 'read' | 'publish' | 'expire'>,
    private readonly clock: Clock,
  ) {
    this.retention = new Retention(store, clock, ANSWERS_STREAM, KEEP_MS);
  }

  apply({ stream, events }: StoredAppend): void {
    if (stream === ANSWERS_STREAM) for (const event of events) this.take(event);
  }

  private take({ type, data, meta, version }: StoredEvent): void {
    if (version <= this.read) return;
    this.read = version;
    const answered = CommandAnswered.safeParse(data);
    if (type !== COMMAND_ANSWERED || !isOwn({ meta }) || !answered.success) return;
    this.known.set(answered.data.commandId, answered.data);
    if (this.known.size > MOST) this.known.delete(this.known.keys().next().value!);
  }

  /** The command that was answered so; null: none, or it left events. Rejects with a StoreError. */
  async find({ commandId, actor }: Pick<Order, 'commandId' | 'actor'>): Promise<RememberedCommand | null> {
    if (!isRepeatable({ commandId })) return null;
    if (!this.known.has(commandId))
      for await (const event of this.store.read(ANSWERS_STREAM, this.read + 1)) this.take(event);
    const answered = this.known.get(commandId);
    if (!answered) return null;
    const { requestHash, by } = answered;
    const isIts = by === undefined || by === byOf(actor, commandId);
    return { requestHash, actor: isIts ? actor : SOMEBODY_ELSE, firstVersion: 0, count: 0 };
  }

  /** Durable before the answer is given. Rejects with a StoreError. */
  async keep(
    group: Id,
    { commandId, requestHash, actor }: Pick<Order, 'commandId' | 'requestHash' | 'actor'>,
  ): Promise<void> {
    if (!isRepeatable({ commandId })) return;
    const meta = { v: STORED_FORM, at: isoOf(this.clock.wallMs()) };
    await this.store.publish(ANSWERS_STREAM, {
      id: randomUuid(),
      type: COMMAND_ANSWERED,
      data: { group, commandId, requestHash, by: byOf(actor, commandId) },
      meta,
    });
    this.retention.tick(() => undefined); // tried again
  }

  /** Everything folded so far; plain data, for a snapshot. */
  saved(): { answers: CommandAnswered[]; read: number } {
    return { answers: [...this.known.values()], read: this.read };
  }
  restore({ answers, read }: ReturnType<Answers['saved']>): void {
    this.read = read;
    for (const answered of answers) this.known.set(answered.commandId, answered);
  }
}
