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
/** An own record that took longer to come back measures nothing. */
const ROUND_TRIP_MOST_MS = 1_000;
const MOST_WRITERS = 64;
const ASK_AGAIN_MS = 1_000;

export interface ClockSkewParts {
  store: Pick<EventStore, 'publish' | 'keepsTime'>;
  clock: Clock;
  /** What this server's records of `P` are signed with. */
  writer: string;
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
  private isJudged = false;
  private asked: { id: string; sentMs: number } | null = null;
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
    const nowMs = clock.monotonicMs();
    if (this.isKnown || (this.asked && nowMs - this.asked.sentMs < ASK_AGAIN_MS)) return;
    const id = randomUuid();
    this.asked = { id, sentMs: nowMs };
    try {
      await store.publish(PRESENCE_STREAM, listeningRecord(id, isoOf(clock.wallMs())));
    } catch (error) {
      if (!(error instanceof StoreUnusable)) return; // asked again
      this.isJudged = true; // this server may not write: it will say so itself
      problem(`the store's clock could not be compared: ${(error as Error).message}`);
    }
  }

  apply({ stream, events }: StoredAppend): void {
    if (stream !== PRESENCE_STREAM) return;
    for (const event of events)
      if (event.writtenMs !== undefined && isOwn(event)) this.take(event, event.writtenMs);
  }

  private take({ id, data, meta }: StoredEvent, writtenMs: number): void {
    if (id === this.asked?.id && !this.isJudged) return this.judge(writtenMs);
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
  private judge(writtenMs: number): void {
    const { sentMs } = this.asked!;
    this.isJudged = true;
    const tookMs = this.p.clock.monotonicMs() - sentMs;
    const ourMs = this.p.clock.wallMs() - tookMs; // when it was sent, and it was written soon after
    const skewMs = ourMs - writtenMs;
    this.skewMs = skewMs;
    const others = [...this.others.values()].filter((other) => writtenMs - other.writtenMs < FRESH_MS);
    const truthMs = median([0, ...others.map((other) => other.skewMs)], skewMs);
    if (Math.abs(skewMs - truthMs) <= SKEW_MS + Math.min(tookMs, ROUND_TRIP_MOST_MS)) return;
    this.p.correct(truthMs - skewMs);
    this.skewMs = truthMs;
  }
}

/** The middle one of `known` and `own`; where there are two middle ones, that of `known`. */
function median(known: readonly number[], own: number): number {
  const sorted = [...known, own].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  if (sorted.length % 2 === 1) return sorted[middle]!;
  const pair = [sorted[middle - 1]!, sorted[middle]!];
  return pair.find((one) => one !== own) ?? pair[0]!;
}
