import { aloneMs } from './apart.js';
import { pause } from './pacing.js';
import { processWide } from './process-wide.js';

/** No beat comes earlier than after this share of a heartbeat, or is due before the next; all of it is the latest. */
const [EARLIEST, DUE] = [0.7, 0.8];
/** Pauses after a failure differ by half: whoever failed together goes together again. */
const EARLIEST_AGAIN = 0.4;
interface Resting {
  earliestMs: number;
  call: () => void;
}
/** By place: thousands may be alone in theirs, and look through nobody else. */
const resting = processWide(() => new Map<string, Set<Resting>>());

/**
 * When a runner beats. Those of one process who can beat in one request, and whose beats will be due soon, go along with the first
 * whose is.
 */
export class Pulse {
  /** Others of this process beat in this turn, too; 'standby': they may, and who stands by goes along with them. */
  isJoint: boolean | 'standby' = false;
  private haste = new AbortController();
  private aloneToMs = -Infinity;
  /** Where: at the next server it may be otherwise. */
  private aloneAt = '';
  private restedAt = '';
  private failures = 0;

  /** `place`: the same for all who can beat in one request. `stop` ends every rest. */
  constructor(
    private readonly place: () => string,
    private readonly stop: AbortSignal,
  ) {}

  /** There is a reason to beat now. */
  hasten = (): void => this.haste.abort();

  /** Until the next beat is due. */
  async rest(heartbeatMs: number, earliest = EARLIEST): Promise<void> {
    const [called, beganMs] = [new AbortController(), performance.now()];
    const dueMs = heartbeatMs * (DUE + (1 - DUE) * Math.random());
    const own: Resting = { earliestMs: beganMs + earliest * heartbeatMs, call: () => called.abort() };
    const mayGoAlong = this.mayGoAlong(beganMs);
    const [places, place] = [resting(), this.restedAt];
    const all = places.get(place) ?? new Set();
    if (mayGoAlong) places.set(place, all.add(own));
    const ended = [called.signal, this.haste.signal, this.stop];
    await pause(dueMs, ...ended);
    if (all.delete(own) && all.size === 0) places.delete(place);
    const isDue = mayGoAlong && !ended.some(({ aborted }) => aborted);
    this.calm();
    this.isJoint = called.signal.aborted || (isDue ? this.callOthers(all) : mayGoAlong && 'standby');
  }

  /** At once. As news, it comes to many in one turn. */
  async hurry(): Promise<void> {
    await pause(0, this.haste.signal, this.stop);
    this.calm();
    this.isJoint = this.mayGoAlong(performance.now()) && 'standby';
  }

  /** One that was not answered, after so long. Who stands by goes with others as ever; a lease does not hang on them. */
  async again(ms: number): Promise<void> {
    await this.rest(ms, EARLIEST_AGAIN);
    this.isJoint = this.isJoint && 'standby';
  }

  private mayGoAlong(nowMs: number): boolean {
    this.restedAt = this.place();
    return nowMs >= this.aloneToMs || this.restedAt !== this.aloneAt;
  }

  private callOthers(all: ReadonlySet<Resting>): boolean {
    const nowMs = performance.now();
    const along = [...all].filter(({ earliestMs }) => earliestMs <= nowMs);
    for (const { call } of along) call();
    return along.length > 0;
  }

  private calm(): void {
    if (this.haste.signal.aborted) this.haste = new AbortController();
  }

  /** The last beat was: whoever said it with others may do so again. */
  answered(): void {
    if (this.isJoint === true) this.failures = 0;
  }

  /** If the last beat was a joint one; it is none any more: what its answer waited for may be one of the others. */
  goAlone = (): void => {
    if (!this.isJoint) return;
    this.isJoint = false;
    this.aloneToMs = performance.now() + aloneMs(this.failures++);
    this.aloneAt = this.restedAt;
  };
}
