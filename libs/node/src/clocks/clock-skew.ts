import { PRESENCE_STREAM } from '@conclave/election';
import {
  isOwn,
  StoreUnusable,
  type Consumer,
  type EventStore,
  type StoredAppend,
  type StoredEvent,
} from '@conclave/event-store';
import { isoOf, randomUuid, type Clock } from '@conclave/kernel';
import { listeningRecord, NOBODY } from '@conclave/presence';

/** A disagreement that is worth acting on; clocks that NTP steers are within a fraction of it. */
const SKEW_MS = 5_000;
/** What a server said longer ago says nothing about its clock now. */
const FRESH_MS = 10_000;
/**
 * A record of which it is less clear when it was written measures little: another is asked for. After a few the longer will
 * do: with it a clock that is right is still not taken for wrong, nor one that is more than 6 s wrong for right.
 */
const VAGUE_MOST_MS = 500;
const VAGUE_LATER_MS = 3_000;
const VAGUE_TRIES = 5;
const MOST_WRITERS = 64;
const ASK_AGAIN_MS = 1_000;

/** When it was asked, and when it was certainly written, monotonic ms. */
interface Question {
  sentMs: number;
  writtenByMs: number;
}

export interface ClockSkewParts {
  store: Pick<EventStore, 'publish' | 'keepsTime'>;
  clock: Clock;
  /** What this server's records of `P` are signed with. */
  writer: string;
  /** How far the machine's clock of another writer is ahead of the time that it goes by, ms. */
  machineAheadMs: (writer: string) => number;
  /** This server's time is wrong by so much. */
  correct: (byMs: number) => void;
  problem: (message: string) => void;
}

/**
 * Compares this server's clock with the store's, which the store writes beside each event, and with the clocks of the
 * other servers, of which the same is known (ADR 012). An embedded store has no clock of its own: then nothing is known.
 */
export class ClockSkew implements Consumer {
  /** How far this server's time is ahead of the store's, ms; null: not known. */
  skewMs: number | null = null;
  /** Why the store could not be asked just now. */
  failure: Error | null = null;
  private isJudged = false;
  private tries = 0;
  private askedMs = -Infinity;
  private readonly asked = new Map<string, Question>();
  /** Of other writers: how far each is ahead of the store, and when it said so, by the store's time. */
  private readonly others = new Map<string, { skewMs: number; writtenMs: number }>();

  constructor(private readonly p: ClockSkewParts) {}

  /** False until the store has told: before that nothing is to be decided that rests on the time. */
  get isKnown(): boolean {
    return this.isJudged || !this.p.store.keepsTime;
  }

  /** Call now and then until it is known: a record that comes back with the store's time. */
  async ask(): Promise<void> {
    const { store, clock, problem } = this.p;
    const sentMs = clock.monotonicMs();
    if (this.isKnown || sentMs - this.askedMs < ASK_AGAIN_MS) return;
    this.askedMs = sentMs;
    const question: Question = { sentMs, writtenByMs: Infinity };
    const id = randomUuid();
    this.asked.set(id, question);
    try {
      await store.publish(PRESENCE_STREAM, listeningRecord(id, isoOf(clock.wallMs())));
      question.writtenByMs = clock.monotonicMs();
      this.failure = null;
    } catch (error) {
      this.asked.delete(id);
      const { message } = error as Error;
      if (error instanceof StoreUnusable && message !== this.failure?.message)
        problem(`the store's clock cannot be compared: ${message}`);
      this.failure = error as Error; // asked again: also who may not write may do so in a moment
    }
  }

  apply({ stream, events }: StoredAppend): void {
    if (stream !== PRESENCE_STREAM) return;
    for (const event of events)
      if (event.writtenMs !== undefined && isOwn(event)) this.take(event, event.writtenMs);
  }

  private take({ id, data, meta }: StoredEvent, writtenMs: number): void {
    const question = this.asked.get(id);
    this.asked.delete(id);
    if (question) return this.judge(question, writtenMs);
    const { i } = data as { i?: string };
    const atMs = Date.parse((meta as { at: string }).at);
    if (i === undefined || i === NOBODY || Number.isNaN(atMs)) return;
    if (i === this.p.writer) {
      this.skewMs = atMs - writtenMs;
      return;
    }
    this.others.delete(i);
    this.others.set(i, { skewMs: atMs - writtenMs, writtenMs });
    if (this.others.size > MOST_WRITERS) this.others.delete(this.others.keys().next().value!);
  }

  /** Once, at the start: whoever disagrees with most of the others is wrong; of two, this server. */
  private judge({ sentMs, writtenByMs }: Question, writtenMs: number): void {
    const nowMs = this.p.clock.monotonicMs();
    const byMs = Math.min(writtenByMs, nowMs);
    const vagueMs = (byMs - sentMs) / 2; // it was written at some time between
    if (vagueMs > (++this.tries < VAGUE_TRIES ? VAGUE_MOST_MS : VAGUE_LATER_MS)) return;
    this.isJudged = true;
    this.asked.clear();
    const skewMs = this.p.clock.wallMs() - (nowMs - (sentMs + byMs) / 2) - writtenMs;
    this.skewMs = skewMs;
    const others = [...this.others].filter(
      ([writer, other]) => writtenMs - other.writtenMs < FRESH_MS && this.counts(writer, other.skewMs),
    );
    const truthMs = median([0, ...others.map(([, other]) => other.skewMs)], skewMs);
    const doubtMs = Math.min(vagueMs, 2 * VAGUE_MOST_MS - vagueMs);
    if (Math.abs(skewMs - truthMs) <= SKEW_MS + doubtMs) return;
    this.p.correct(truthMs - skewMs);
    this.skewMs = truthMs;
  }

  /**
   * Not by a time that its own machine, which agrees with the store, does not have any more. Where all clocks were wrong and were
   * set right, the servers that have not started since would outvote each one that starts, and their time would never end.
   */
  private counts(writer: string, skewMs: number): boolean {
    return Math.abs(skewMs) <= SKEW_MS || Math.abs(skewMs + this.p.machineAheadMs(writer)) > SKEW_MS;
  }
}

/** The middle one of `known` and `own`; where there are two middle ones, that which is further from `own`. */
function median(known: readonly number[], own: number): number {
  const sorted = [...known, own].sort((a, b) => a - b);
  const [below, above] = [sorted[(sorted.length - 1) >> 1]!, sorted[sorted.length >> 1]!];
  return Math.abs(below - own) > Math.abs(above - own) ? below : above;
}
