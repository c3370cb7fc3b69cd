import {
  advance,
  isRepeatable,
  newHead,
  readEvent,
  streamOf,
  type ElectionCommand,
  type GroupHead,
  type Groups,
  type GroupState,
  type Id,
  type RecordedEvent,
} from '@conclave/election';
import { VersionConflict, type EventStore } from '@conclave/event-store';
import { isoOf, type Clock } from '@conclave/kernel';
import { enveloped, toStore } from './envelope.js';
import { CommandRefused } from './errors.js';
import { GroupAggregate } from './group-aggregate.js';
import type { Order, Preview, Receipt } from './order.js';
import { Turns } from './turns.js';

const ATTEMPTS = 8;
const BACKOFF_MS = 5;

/**
 * Load → decide → append → retry. The state comes from memory (what was just written here, or what the tail has read),
 * so a command on a long-lived group costs one append and no read; only a refusal or an empty decision is checked
 * against the store's head first, because another server may have written what the tail has not read yet.
 */
export class GroupRepository {
  private readonly ahead = new Map<Id, GroupHead>();
  private readonly turns = new Turns();

  constructor(
    private readonly store: EventStore,
    private readonly groups: Groups,
    private readonly clock: Clock,
    private readonly instance: string,
  ) {}

  /** Carries out a command; rejects with {@link CommandRefused} or a StoreError, and then nothing was written. */
  async transact(group: Id, command: ElectionCommand, order: Order): Promise<Receipt> {
    return this.turns.take(group, async () => {
      for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
        try {
          return await this.attempt(group, command, order);
        } catch (error) {
          if (!(error instanceof VersionConflict)) throw error;
          await this.refresh(group);
          await new Promise((resolve) => setTimeout(resolve, Math.random() * BACKOFF_MS * attempt));
        }
      }
      throw new CommandRefused(
        'contended',
        `group "${group}" changed ${ATTEMPTS} times while the command was decided. ` + 'Send it again.',
        this.latest(group).state,
      );
    });
  }

  private async attempt(group: Id, command: ElectionCommand, order: Order): Promise<Receipt> {
    const head = this.latest(group);
    const at = this.momentAfter(head);
    const aggregate = new GroupAggregate(head.state);
    const repeat = head.commands.get(order.commandId);
    const { actor, reason, ifTerm, ifVersion } = order;
    const refusal = repeat ? null : aggregate.execute(command, { at, actor, reason, ifTerm, ifVersion });
    const events = [...aggregate.getUncommittedEvents()]; // a copy: the getter gives the live array
    if (repeat || refusal || events.length === 0) {
      const fresh = await this.refresh(group);
      if (fresh.state.version !== head.state.version) return this.attempt(group, command, order);
      if (refusal) throw new CommandRefused(refusal.code, refusal.detail, head.state);
      return repeated(head, order);
    }
    return this.append(head, enveloped(events, head, order, at, this.instance));
  }

  private async append(head: GroupHead, events: RecordedEvent[]): Promise<Receipt> {
    const { id, version } = head.state;
    const { position } = await this.store.append(streamOf(id), version, events.map(toStore));
    const written = { firstVersion: version + 1, count: events.length };
    if (!isRepeatable(events[0]!.meta)) {
      const next = events.reduce((h, event) => advance(h, { ...event, position }), head);
      this.ahead.set(id, next);
      return { changed: true, state: next.state, position, ...written };
    }
    // Another server may have carried out the very same command at the very same version: same ids, so the store took
    // ours for a repeat. What counts is what stands in the log, with its `at` and its hash.
    const next = await this.refresh(id);
    const [first] = await this.recorded(id, { ...written, count: 1 });
    if (first!.meta.requestHash !== events[0]!.meta.requestHash) throw keyReused(next.state);
    return { changed: first!.meta.hash === events[0]!.meta.hash, state: next.state, position, ...written };
  }

  /** What the command would do now, decided on the store's head; writes nothing. Rejects as `transact` would. */
  async preview(group: Id, command: ElectionCommand, order: Order): Promise<Preview> {
    const head = await this.refresh(group);
    const at = this.momentAfter(head);
    const aggregate = new GroupAggregate(head.state);
    const { actor, reason, ifTerm, ifVersion } = order;
    const refusal = aggregate.execute(command, { at, actor, reason, ifTerm, ifVersion });
    if (refusal) throw new CommandRefused(refusal.code, refusal.detail, head.state);
    const events = enveloped(aggregate.getUncommittedEvents(), head, order, at, this.instance);
    return { state: aggregate.state, position: head.position, events };
  }

  /** Within a stream `at` never goes back, whatever the wall clock does. */
  private momentAfter({ state }: GroupHead): string {
    const now = isoOf(this.clock.wallMs());
    return state.lastAt !== null && state.lastAt > now ? state.lastAt : now;
  }

  /** The group at the store's head; what `fence` and refusals rest on. */
  async refresh(group: Id): Promise<GroupHead> {
    let head = this.latest(group);
    for await (const stored of this.store.read(streamOf(group), head.state.version + 1)) {
      head = advance(head, readEvent(group, stored));
    }
    if (head.state.version > 0) this.ahead.set(group, head);
    return head;
  }

  /** The recorded events of a receipt, with their positions. */
  async recorded(group: Id, { firstVersion, count }: Pick<Receipt, 'firstVersion' | 'count'>): Promise<RecordedEvent[]> {
    const events: RecordedEvent[] = [];
    if (count === 0) return events;
    for await (const stored of this.store.read(streamOf(group), firstVersion)) {
      events.push(readEvent(group, stored));
      if (events.length === count) break;
    }
    return events;
  }

  private latest(group: Id): GroupHead {
    const tailed = this.groups.head(group);
    const ahead = this.ahead.get(group);
    if (ahead && (!tailed || tailed.state.version < ahead.state.version)) return ahead;
    this.ahead.delete(group);
    return tailed ?? newHead(group);
  }
}

/** The answer of a command that writes nothing now: a repeat names the events of its first run. */
function repeated(head: GroupHead, order: Order): Receipt {
  const { state, position } = head;
  const first = head.commands.get(order.commandId);
  if (first && first.requestHash !== order.requestHash) {
    throw keyReused(state);
  }
  return { changed: false, state, position, firstVersion: first?.firstVersion ?? 0, count: first?.count ?? 0 };
}

const keyReused = (state: GroupState): CommandRefused =>
  new CommandRefused(
    'idempotency-key-reused',
    'this Idempotency-Key was used for another request. A repeat must be equal to the first; a new wish needs a new key.',
    state,
  );
