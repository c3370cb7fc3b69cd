import { StoreUnavailable } from '@conclave/event-store';
import { processKey, type Settings, type ProcessId, type ProcessKey } from '@conclave/election';
import { randomUuid, type Clock } from '@conclave/kernel';
import type { BeatOutcome } from './leases/lease-table.js';
import type { PresenceLog } from './records/presence-log.js';
import type { RecordedBeat } from './records/names.js';
import type { Beat } from './answers/replies.js';
import type { Process } from './hearing/roll.js';
import { Signs } from './records/signs.js';

/** Keeps a record well under the 1 MiB that an EventStoreDB append may have. */
const MOST_BEATS = 2_000;
/** Between two appends, so that few beats cost few appends, also with several servers: about 30 a second each. */
const RENEWAL_PACE_MS = 30;
const NOTE_PACE_MS = 250;
/**
 * A sign of life that waited longer, and longer than a heartbeat, is not written any more: it would prove life at a time
 * when nobody was heard.
 */
const STALE_NOTE_MS = 1_000;
/** So many leaders waiting are worth an append of their own. */
const CROWD = 3;

type Pace = Pick<Settings, 'heartbeatMs' | 'leaseMs'>;
/** A stream that was opened. */
interface Opened {
  about: ProcessId;
  heardMs: number;
}
interface Held<R> {
  isDropped?: true;
  beat: RecordedBeat;
  heardMs: number;
  pace: Pace;
  isFirst: boolean;
  resolve: (reply: R) => void;
  reject: (error: Error) => void;
}

/**
 * Group commit for beats (L2): one append of `P` in flight, the next batch fills meanwhile. A leader's beat
 * is answered only after its record came back through this server's own tail, with what the fold says at that
 * position.
 */
export class BeatBatcher<R> {
  private renewals: Held<R>[] = [];
  private readonly notes = new Signs();
  private readonly opened = new Map<ProcessKey, Opened>();
  private isWriting = false;
  private hasNewcomer = false;
  private wroteMs = -Infinity;
  private timer: NodeJS.Timeout | undefined;
  /** When the timer rings. */
  private dueMs = Infinity;
  private readonly unreturned = new Map<string, Held<R>[]>();

  constructor(
    private readonly log: PresenceLog,
    private readonly clock: Clock,
  ) {}

  /**
   * A leader's beat. Resolves with the reply made at its position; rejects if it could not be written in time
   * (L9). `isFirst`: nothing was granted in its term yet, so work waits for it.
   */
  async renew(beat: RecordedBeat, pace: Pace, isFirst: boolean): Promise<R> {
    return new Promise((resolve, reject) => {
      this.renewals.push({ beat, heardMs: this.clock.monotonicMs(), pace, isFirst, resolve, reject });
      this.flush();
    });
  }

  /** A sign of life for the other servers; nobody waits for it. `isFirst`: what its process may be elected and work on (L14). */
  note(beat: Beat, of: Process, heardMs: number, heartbeatMs: number, isFirst: boolean): void {
    const unanswered = beat.sequence - (beat.acked ?? beat.sequence);
    this.notes.put(beat, of, unanswered, heardMs, Math.max(heartbeatMs, STALE_NOTE_MS));
    this.hasNewcomer ||= isFirst;
    this.flush();
  }

  /** A stream was opened here: the other servers learn that the process lives before they judge its old one (L10). */
  sessionOpened(about: ProcessId): void {
    const heardMs = this.clock.monotonicMs();
    this.opened.set(processKey(about), { about, heardMs });
    this.flush();
  }

  /**
   * At once if the last append is a while ago, or several leaders wait, or somebody's work; or if another server may be
   * about to call dead who is here. Signs of life wait longer, nobody waits for them; unless there are more than one append
   * takes: whose sign comes too late is called dead by other servers, too.
   */
  private flush(): void {
    const { renewals, opened, notes } = this;
    if (this.isWriting || renewals.length + opened.size + notes.size === 0) return;
    const isFull = notes.size >= MOST_BEATS;
    const isUrgent =
      isFull || renewals.length >= CROWD || opened.size > 0 || renewals.some(({ isFirst }) => isFirst);
    const paceMs = renewals.length > 0 || this.hasNewcomer ? RENEWAL_PACE_MS : NOTE_PACE_MS;
    const dueMs = this.wroteMs + paceMs;
    const waitMs = isUrgent ? 0 : dueMs - this.clock.monotonicMs();
    if (waitMs <= 0) return this.begin();
    if (dueMs >= this.dueMs) return; // not a timer for each sign of a crowd
    clearTimeout(this.timer);
    this.dueMs = dueMs;
    this.timer = setTimeout(() => this.begin(), waitMs);
  }

  private begin(): void {
    if (this.isWriting) return;
    clearTimeout(this.timer);
    this.dueMs = Infinity;
    this.isWriting = true;
    this.wroteMs = this.clock.monotonicMs();
    setImmediate(() => void this.write());
  }

  private async write(): Promise<void> {
    const nowMs = this.clock.monotonicMs();
    this.refuseLate(nowMs);
    const held = this.renewals.splice(0, MOST_BEATS);
    const opened = take(this.opened, MOST_BEATS - held.length, nowMs);
    const signs = this.notes.take(MOST_BEATS - held.length - opened.length, nowMs);
    this.hasNewcomer = false;
    const id = randomUuid();
    try {
      if (held.length + opened.length + signs.length === 0) return;
      this.unreturned.set(id, held);
      await this.log.beats(
        held.map(({ beat }) => beat),
        opened,
        id,
        signs,
      );
    } catch (error) {
      this.unreturned.delete(id);
      for (const { reject } of held) reject(error as Error);
    } finally {
      this.isWriting = false;
      this.flush();
    }
  }

  /** The record `id` was read back. The first outcomes are those of the beats that somebody waits for. */
  returned(id: string, outcomes: readonly BeatOutcome[], replyTo: (outcome: BeatOutcome) => R): void {
    const held = this.unreturned.get(id);
    if (!held) return;
    this.unreturned.delete(id);
    held.forEach(({ resolve, reject }, index) => {
      try {
        resolve(replyTo(outcomes[index]!));
      } catch (error) {
        reject(error as Error);
      }
    });
  }

  /** The record `id` cannot be answered from: whoever waits for it beats again. */
  failed(id: string): void {
    for (const { reject } of this.unreturned.get(id) ?? [])
      reject(new StoreUnavailable('the beat could not be read back whole; beat again'));
    this.unreturned.delete(id);
  }

  /** Call at a steady pace: nobody waits for a reply longer than a lease, and no beat is written that is older than a heartbeat (L2). */
  dropStale(nowMs: number): void {
    this.refuseLate(nowMs);
    for (const [key, one] of this.opened) if (isStale(one, nowMs)) this.opened.delete(key);
  }

  private refuseLate(nowMs: number): void {
    refuse(this.renewals, ({ pace }) => pace.heartbeatMs, nowMs); // written later it would renew too late
    this.renewals = this.renewals.filter((held) => !held.isDropped);
    for (const [id, held] of this.unreturned) {
      refuse(held, ({ pace }) => pace.leaseMs, nowMs); // nothing is left to grant
      if (held.length > 0 && held.every((h) => h.isDropped)) this.unreturned.delete(id);
    }
  }
}

/** Those that were heard longer ago. */
function refuse<R>(all: readonly Held<R>[], mostMs: (held: Held<R>) => number, nowMs: number): void {
  for (const held of all) {
    if (held.isDropped || nowMs - held.heardMs <= mostMs(held)) continue;
    held.isDropped = true; // its place in a record already written stays, so that the outcomes stay aligned
    held.reject(new StoreUnavailable('the beat was not recorded in time; beat again'));
  }
}

const isStale = ({ heardMs }: Opened, nowMs: number): boolean => nowMs - heardMs > STALE_NOTE_MS;

function take(waiting: Map<ProcessKey, Opened>, most: number, nowMs: number): ProcessId[] {
  const taken: ProcessId[] = [];
  for (const [key, one] of waiting) {
    if (taken.length >= most) break;
    waiting.delete(key);
    if (!isStale(one, nowMs)) taken.push(one.about);
  }
  return taken;
}
