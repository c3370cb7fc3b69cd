/**
 * An own record that takes longer than this to come back through the tail means that this server is deaf
 * (L6).
 */
export const ECHO_MS = 1_000;
/**
 * So long one that is late holds up the next proof, and half as long again as the last late one took: of a store that writes one after
 * the other the proof would take half.
 */
const [HELD_MS, MOST_HELD_MS] = [2 * ECHO_MS, 10 * ECHO_MS];
/** After one that came late the next one with somebody's beats in it follows within this time, and proves as much as an empty one. */
const NEXT_MS = 300;
/** Whoever has been over its limit for so long was given its chance, however often hearing was interrupted. */
const GRACE_MS = 700;
/** A gap between two ticks longer than this: the event loop stood still, and nothing was heard in it. */
const STALL_MS = 500;
/** What came in while it stood still has been read after so long, also where it goes on by fits and starts. */
const CAUGHT_UP_MS = 1_000;

/** To hear a runner for the first time takes a server so long, with its part of a connection; later it is a sixth of that. */
const FIRST_HEARD_MS = 0.02;

/** One instant on two clocks: the monotonic one, and the one that runs only while this server hears. */
export interface Moment {
  readonly nowMs: number;
  readonly hearingMs: number;
}

/** When a beat came in; of a request that brought many, one instant of all. */
export interface Arrival {
  readonly moment: Moment;
  readonly wallMs: number;
}

/**
 * From when silence counts, and leases run, where hearing begins and so many runners are there: they beat all at once then, and
 * who is heard last has not been silent (L6). 1,000,000 take 12 to 23 s.
 */
export function beginsFor(runners: number, { nowMs, hearingMs }: Moment): Moment {
  return { nowMs, hearingMs: hearingMs + Math.floor(runners * FIRST_HEARD_MS) };
}

/**
 * The clock that silence and leases are judged by: it runs only while this server can hear. Pure; every call
 * takes the monotonic time. A deaf server gives up nobody, however long its deafness lasts (G5: a restart
 * deposes nobody alive).
 */
export class Hearing {
  private readonly sent = new Map<string, number>();
  /** Those that hold up no proof any more; how late they come tells how long the next ones may. */
  private readonly overdue = new Map<string, number>();
  private deafSinceMs: number | null = null;
  private deafTotalMs = 0;
  private resumedMs: number;
  private provedMs = -Infinity;
  private cameLateMs = -Infinity;
  private heldMs = HELD_MS;
  /** Null until hearing begins. */
  private tickedMs: number | null = null;
  private stalledToMs = -Infinity;

  constructor(nowMs: number) {
    this.resumedMs = nowMs;
  }

  /** Replay is over: hearing begins now. */
  started(nowMs: number): void {
    this.resumedMs = nowMs;
    this.tickedMs = nowMs;
  }

  /** This server began to write a record of its own. */
  recordSent(id: string, nowMs: number): void {
    this.sent.set(id, nowMs);
  }

  /**
   * The write failed: it proves nothing, but its silence since then counts as deafness if nothing else comes
   * back.
   */
  recordFailed(id: string): void {
    const sentMs = this.sent.get(id);
    this.sent.delete(id);
    if (sentMs !== undefined) this.becomeDeaf(sentMs);
  }

  /** The record came back through this server's own tail. */
  recordReturned(id: string, nowMs: number): void {
    const sentMs = this.sent.get(id) ?? this.overdue.get(id);
    if (sentMs === undefined) return;
    this.sent.delete(id);
    this.overdue.delete(id);
    const tookMs = nowMs - sentMs;
    this.heldMs = Math.min(Math.max(HELD_MS, 1.5 * tookMs), MOST_HELD_MS);
    if (tookMs > ECHO_MS) return void (this.cameLateMs = nowMs);
    this.provedMs = Math.max(this.provedMs, sentMs);
    if (this.deafSinceMs !== null) this.resume(this.deafSinceMs, nowMs);
    this.deafSinceMs = null;
  }

  /** Call at a steady pace; a late call is itself evidence of deafness. */
  tick(nowMs: number): void {
    this.noticeStall(nowMs);
    if (this.tickedMs !== null) this.tickedMs = nowMs;
    for (const [id, sentMs] of this.sent) {
      if (nowMs - sentMs <= ECHO_MS) continue;
      this.becomeDeaf(sentMs); // whenever it comes back it proves nothing
      if (nowMs - sentMs <= this.heldMs) continue;
      this.sent.delete(id);
      this.overdue.set(id, sentMs);
    }
    for (const [id, sentMs] of this.overdue) if (nowMs - sentMs > MOST_HELD_MS) this.overdue.delete(id);
  }

  /**
   * Whoever looks first notices: what stood in sockets is read before timers have their turn. Before hearing begins there is
   * none: deadlines that were read in a long start would be late by as much if the clock went back then.
   */
  private noticeStall(nowMs: number): void {
    if (this.tickedMs === null || nowMs - this.tickedMs <= STALL_MS) return;
    if (this.deafSinceMs === null) this.resume(this.tickedMs, nowMs);
    this.tickedMs = this.stalledToMs = nowMs;
  }

  /** True if what is read now may have come in long ago: this process stood still. */
  hasJustStoodStill({ nowMs }: Moment): boolean {
    return nowMs - this.stalledToMs < CAUGHT_UP_MS;
  }

  /** Deaf since then, but not for time that is counted as deaf already; a later record that came back proves more. */
  private becomeDeaf(sinceMs: number): void {
    if (this.provedMs > sinceMs) return;
    this.deafSinceMs ??= Math.max(sinceMs, this.resumedMs);
  }

  private resume(sinceMs: number, nowMs: number): void {
    this.deafTotalMs += nowMs - sinceMs;
    this.resumedMs = nowMs;
  }

  get isDeaf(): boolean {
    return this.deafSinceMs !== null;
  }

  /** How long it has been deaf without a break, 0 if it hears. */
  deafForMs(nowMs: number): number {
    return this.deafSinceMs === null ? 0 : nowMs - this.deafSinceMs;
  }

  /**
   * How old what this server knows may be, ms: the age of the newest record of its own that came back in time. Infinity
   * before the first. It looks at the clock alone, so that a process that stood still knows at once.
   */
  unprovedMs(nowMs: number): number {
    return nowMs - this.provedMs;
  }

  moment(nowMs: number): Moment {
    this.noticeStall(nowMs);
    return { nowMs, hearingMs: this.hearingMs(nowMs) };
  }

  /** Time on the hearing clock. */
  hearingMs(nowMs: number): number {
    return (this.deafSinceMs ?? nowMs) - this.deafTotalMs;
  }

  /** When the newest record that came back in time was sent: up to there everything was heard. */
  get provedSinceMs(): number {
    return this.deafSinceMs === null ? this.provedMs : -Infinity;
  }

  /** True if a record sent within the last second came back: only then may anybody be given up. */
  isProved(nowMs: number): boolean {
    return this.deafSinceMs === null && nowMs - this.provedMs <= ECHO_MS;
  }

  /**
   * True if it is time to write an empty record: none is under way, nor about to be, and the last proof is older than `oldestMs`.
   */
  wantsProbe(nowMs: number, oldestMs: number): boolean {
    const isNextDue = nowMs - this.cameLateMs > NEXT_MS;
    return this.sent.size === 0 && isNextDue && nowMs - this.provedMs > oldestMs;
  }

  /**
   * Nobody is given up before two heartbeats after hearing came back (L6); but whoever was heard nothing of for
   * `overdueMs` of hearing beyond its limit is not spared by one interruption after the other (G5).
   */
  mayGiveUp(nowMs: number, heartbeatMs: number, overdueMs: number): boolean {
    const chanceMs = Math.min(2 * heartbeatMs, GRACE_MS);
    return this.isProved(nowMs) && (nowMs >= this.resumedMs + 2 * heartbeatMs || overdueMs >= chanceMs);
  }
}
