import type { GroupState, Id } from '@conclave/election';
import type { Moment } from '../hearing/hearing.js';
import { Wheel, type Timed } from '../hearing/wheel.js';
import { firstBeatMs, type FirstGrant } from './first-grants.js';

/** No proof needs it (docs/model.md): a runner's timers may be late when it stops its work. */
const MARGIN_MS = 50;
/** A crowd waits for the next tick. */
const MOST_LOOKED = 1_000;
/** Looked at in one call: some of them may have to wait for a proof of hearing, and must not hold up the rest. */
const MOST_DUE = 5_000;

interface Deadline extends Timed {
  group: Id;
  term: number;
  atMs: number;
  heartbeatMs: number;
  /** The term is not ended before, however dead its leader is: for so long the news of its election may have granted (L14). */
  soonestMs: number;
}

/**
 * This server's own deadline for each running term, on its hearing clock (L4). Pure. It may only be late,
 * never early: a beat is read after it was sent, and the maximum over all grants is kept (G2).
 */
export class LeaseClock {
  private readonly deadlines = new Map<Id, Deadline>();
  private readonly wheel = new Wheel<Deadline>(({ atMs }) => atMs);
  private readonly revocations = new Map<Id, number>();

  /** `maxDrift`: how far clock rates may differ, 0.01 = 1 %. */
  constructor(private readonly maxDrift: number) {}

  /**
   * A term without a valid beat has no grant but the one in the news of its election: it may end two heartbeats after it was
   * read, but not before a slow network can bring a beat. `first`: null if this server does not know what the news grants.
   */
  termBegan(group: Id, term: number, heartbeatMs: number, hearingMs: number, first: FirstGrant | null): void {
    this.takeOut(group);
    const atMs = hearingMs + firstBeatMs(heartbeatMs);
    const deadline = {
      group,
      term,
      atMs,
      heartbeatMs,
      soonestMs: first ? first.readAt.hearingMs + this.waitMs(first.leaseMs) : atMs,
    };
    this.deadlines.set(group, deadline);
    this.wheel.put(deadline);
  }

  private takeOut(group: Id): void {
    const deadline = this.deadlines.get(group);
    if (deadline) this.wheel.takeOut(deadline);
    this.deadlines.delete(group);
  }

  termEnded(group: Id): void {
    this.takeOut(group);
    this.revocations.delete(group);
  }

  /** This server read the revocation of the running term, monotonic ms. */
  revoked(group: Id, nowMs: number): void {
    this.revocations.set(group, nowMs);
  }

  /** For how long it has been known here that the running term is revoked, ms. */
  drainingMs(group: Id, nowMs: number): number {
    return nowMs - (this.revocations.get(group) ?? nowMs);
  }

  /** In how many ms the lease of the running term is over if nothing more is heard; null if no term runs. */
  leftMs(group: Id, hearingMs: number): number | null {
    const deadline = this.deadlines.get(group);
    return deadline ? Math.max(0, deadline.atMs - hearingMs) : null;
  }

  /** The same at the most, of a leader that was told to stop: whatever it is granted until `drainMs` are over (L1). */
  mostLeftMs(group: Id, { drainMs, leaseMs }: GroupState['settings'], { nowMs, hearingMs }: Moment): number {
    const drainsMs = drainMs - this.drainingMs(group, nowMs);
    const grantedMs = drainsMs > 0 ? drainsMs + this.waitMs(leaseMs) : 0;
    return Math.max(grantedMs, this.leftMs(group, hearingMs) ?? 0);
  }

  validBeat(group: Id, grantMs: number, hearingMs: number): void {
    this.extend(group, grantMs, hearingMs);
  }

  /**
   * At the end of replay: beats were read long after they were granted, so the largest lease of the term
   * counts from now.
   */
  started(group: Id, maxLeaseMs: number, hearingMs: number): void {
    this.extend(group, maxLeaseMs, hearingMs);
  }

  private extend(group: Id, leaseMs: number, hearingMs: number): void {
    const deadline = this.deadlines.get(group);
    if (!deadline) return;
    // of what was granted, not of the wait for a first beat: whoever dies soon after that is followed as soon as others
    deadline.atMs = deadline.soonestMs = Math.max(deadline.soonestMs, hearingMs + this.waitMs(leaseMs));
    this.wheel.put(deadline);
  }

  private waitMs = (leaseMs: number): number => leaseMs * (1 + this.maxDrift) + MARGIN_MS;

  /** Who was elected has been silent for its whole lease: a term in which no beat was valid need not be waited for. */
  hasten(group: Id, hearingMs: number): void {
    const deadline = this.deadlines.get(group);
    if (!deadline) return;
    deadline.atMs = Math.min(deadline.atMs, Math.max(hearingMs, deadline.soonestMs));
    this.wheel.put(deadline);
  }

  /** Terms past their deadline that were not announced within the last second; of very many some, in turn. */
  *due(hearingMs: number): Generator<{ group: Id; term: number; heartbeatMs: number; overdueMs: number }> {
    for (const { group, term, heartbeatMs, atMs } of this.wheel.dueInTurn(hearingMs, MOST_DUE))
      yield { group, term, heartbeatMs, overdueMs: hearingMs - atMs };
  }

  announced(group: Id, hearingMs: number): void {
    const deadline = this.deadlines.get(group);
    if (deadline) this.wheel.putOff(deadline, hearingMs);
  }

  /** That its lease is over stands in the log: nothing is left to be announced. */
  isOver(group: Id): void {
    const deadline = this.deadlines.get(group);
    if (deadline) this.wheel.takeOut(deadline);
  }

  /** In how many ms the next deadline is, if it is within `withinMs`; null if none is, or of too many to look through. */
  nextInMs(hearingMs: number, withinMs: number): number | null {
    let [nextMs, looked] = [Infinity, 0];
    for (const { atMs } of this.wheel.due(hearingMs + withinMs)) {
      if (++looked > MOST_LOOKED) return null;
      if (atMs > hearingMs) nextMs = Math.min(nextMs, atMs);
    }
    return nextMs === Infinity ? null : nextMs - hearingMs;
  }

  /** True if a deadline is up to then. */
  isNear(untilMs: number): boolean {
    return this.wheel.isNear(untilMs);
  }
}
