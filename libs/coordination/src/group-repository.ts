import {
  advanceBy,
  isRepeatable,
  MAX_RUNNERS,
  positionOf,
  rememberedIn,
  streamOf,
  type ElectionCommand,
  type GroupHead,
  type Groups,
  type Id,
  type RecordedEvent,
} from '@conclave/election';
import { StoreUnavailable, VersionConflict, type EventStore } from '@conclave/event-store';
import type { Answers } from './answers.js';
import type { Echo, Echoes } from './echoes.js';
import { envelop, toStore } from './envelope.js';
import { CommandRefused, contended, overloaded } from './errors.js';
import { eventsOf } from './reading/events-of.js';
import { Heads } from './reading/heads.js';
import { GroupAggregate } from './group-aggregate.js';
import type { GroupTime } from './group-time.js';
import type { Order, Preview, Receipt } from './order.js';
import { answerRepeat, isSame, keyReused, firstRun } from './repeats.js';
import { KeyedMutex } from './keyed-mutex.js';

const ATTEMPTS = 8;
const BACKOFF_MS = 5;
/** All runners of the largest group may register at once, and operators besides. */
const MOST_WAITING = 2 * MAX_RUNNERS;
/** How long a command that is durable waits to be read back; it is answered with what stands in the log. */
const ECHO_MS = 2_000;

/**
 * Load → decide → append → retry. The state comes from memory (what was just written here, or what the tail
 * has read), so a command on a long-lived group costs one append and no read; only a refusal or an empty
 * decision is checked against the store's head first, because another server may have written what the tail
 * has not read yet.
 */
export class GroupRepository {
  readonly heads: Heads;
  private readonly mutex = new KeyedMutex();

  constructor(
    private readonly store: EventStore,
    groups: Groups,
    private readonly time: GroupTime,
    private readonly instance: string,
    private readonly echoes: Echoes,
    private readonly answers: Answers,
  ) {
    this.heads = new Heads(store, groups);
  }

  /**
   * Carries out a command; rejects with {@link CommandRefused} or a StoreError, and then nothing was written.
   */
  async transact(group: Id, command: ElectionCommand, order: Order): Promise<Receipt> {
    const echo = this.echoes.expect(group, order.commandId);
    try {
      const receipt = await this.inTurn(group, command, order, echo);
      const append = receipt.changed ? await echo.within(ECHO_MS) : null;
      return append ? { ...receipt, events: append.events } : receipt;
    } finally {
      echo.forget();
    }
  }

  private async inTurn(group: Id, command: ElectionCommand, order: Order, echo: Echo): Promise<Receipt> {
    if (this.mutex.lengthOf(group) >= MOST_WAITING)
      throw overloaded(this.heads.latest(group).state, MOST_WAITING);
    return this.mutex.run(group, async () => {
      const answered = await this.answers.find(order);
      if (answered) return answerRepeat(this.heads.latest(group), order, answered);
      for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
        try {
          return await this.attempt(group, command, order, echo);
        } catch (error) {
          if (!(error instanceof VersionConflict)) throw error;
          await this.heads.afterConflict(group, error);
          await new Promise((resolve) => setTimeout(resolve, Math.random() * BACKOFF_MS * attempt));
        }
      }
      throw contended(this.heads.latest(group).state, ATTEMPTS);
    });
  }

  private async attempt(group: Id, command: ElectionCommand, order: Order, echo: Echo): Promise<Receipt> {
    const head = this.heads.latest(group);
    const at = this.momentAfter(head);
    const aggregate = new GroupAggregate(head.state);
    const repeat = rememberedIn(head.commands, order.commandId);
    const refusal = repeat ? null : aggregate.execute(command, { ...order, at });
    const events = [...aggregate.getUncommittedEvents()]; // a copy: the getter gives the live array
    if (repeat || refusal || events.length === 0) {
      const fresh = await this.refresh(group);
      if (fresh.state.version !== head.state.version) return this.attempt(group, command, order, echo);
      if (refusal) throw new CommandRefused(refusal.code, refusal.detail, head.state);
      if (!repeat) await this.answers.keep(head.state.id, order);
      return answerRepeat(head, order);
    }
    return this.append(
      head,
      envelop(events, head, { command, order, at, instance: this.instance }),
      order,
      echo,
    );
  }

  private async append(head: GroupHead, events: RecordedEvent[], order: Order, echo: Echo): Promise<Receipt> {
    const { id, version } = head.state;
    const [ours] = events;
    const position = await this.write(head, events, echo);
    const written = { before: head.state, firstVersion: version + 1, count: events.length };
    if (!isRepeatable(ours!.meta)) {
      const placed = events.map((event) => ({ ...event, position }));
      const { state } = this.heads.note(advanceBy(head, placed));
      return { changed: true, state, position, ...written };
    }
    // Another server may have carried out the very same command at the very same version: same ids, so the
    // store took ours for a repeat. What counts is what stands in the log, with its `at` and its hash.
    const append = await echo.within(ECHO_MS);
    const state = append?.after ?? (await this.refresh(id)).state;
    const stands = append?.events ?? (await this.recorded(id, written));
    const first = stands[0]?.meta;
    if (!first) throw new StoreUnavailable(`what was written to group "${id}" is not in the log any more`);
    if (!isSame(first, order)) throw keyReused(state);
    return { changed: first.hash === ours!.meta.hash, state, position, ...written, events: stands };
  }

  /** Rejects if it is not known to be written; one whose answer is lost, or late, may have been read back meanwhile. */
  private async write(
    { state: { id, version } }: GroupHead,
    events: readonly RecordedEvent[],
    echo: Echo,
  ): Promise<string> {
    const acknowledged = this.store.append(streamOf(id), version, events.map(toStore));
    try {
      // EventStoreDB answers a repeat that meets the first one only after its own timeout
      return await Promise.race([
        acknowledged.then(({ position }) => position),
        echo.arrived.then(positionOf),
      ]);
    } catch (error) {
      if (!echo.append || !(error instanceof StoreUnavailable)) throw error;
      return positionOf(echo.append);
    }
  }

  /**
   * What the command would do now, decided on the store's head, or what a repeat would be answered; writes nothing. Rejects as
   * `transact` would.
   */
  async preview(group: Id, command: ElectionCommand, order: Order): Promise<Preview | Receipt> {
    const head = await this.refresh(group);
    const first = await firstRun(this.answers, head, order);
    if (first) return answerRepeat(head, order, first);
    const at = this.momentAfter(head);
    const aggregate = new GroupAggregate(head.state);
    const refusal = aggregate.execute(command, { ...order, at });
    if (refusal) throw new CommandRefused(refusal.code, refusal.detail, head.state);
    const decided = aggregate.getUncommittedEvents();
    const events = envelop(decided, head, { command, order, at, instance: this.instance });
    return { before: head.state, state: aggregate.state, position: head.position, events };
  }

  /** True if it was answered before, as far as this server knows. Rejects with a StoreError. */
  isRepeat = async (group: Id, order: Order): Promise<boolean> =>
    (await firstRun(this.answers, this.heads.latest(group), order)) !== undefined;

  /** Within a stream `at` never goes back, whatever the wall clock does. */
  private momentAfter({ state }: GroupHead): string {
    const now = this.time.now(state.id);
    return state.lastAt !== null && state.lastAt > now ? state.lastAt : now;
  }

  /** The group at the store's head; what `fence` and refusals rest on. */
  async refresh(group: Id): Promise<GroupHead> {
    return this.heads.refresh(group);
  }

  /** How far the group goes at the store's head. */
  async extentOf(group: Id): Promise<{ version: number; position: string }> {
    const { state, position } = await this.refresh(group);
    return { version: state.version, position };
  }

  /** The recorded events of a receipt, with their positions. */
  async recorded(
    group: Id,
    receipt: Pick<Receipt, 'firstVersion' | 'count' | 'events'>,
  ): Promise<readonly RecordedEvent[]> {
    const { firstVersion, count } = receipt;
    if (receipt.events || count === 0) return receipt.events ?? [];
    const events: RecordedEvent[] = [];
    for await (const event of eventsOf(this.store, group, firstVersion))
      if (events.push(event) === count) break;
    return events;
  }
}
