import type { GroupTime } from '@conclave/coordination';
import type { GroupState, Iso } from '@conclave/election';
import { isoOf } from '@conclave/kernel';
import type { Hearing, Moment } from './hearing/hearing.js';
import type { LeaseClock } from './leases/lease-clock.js';

/** When a term's lease is over, as far as this server knows, in the group's time: for people who wait for it. Nothing rests on it. */
export interface LeaseEnd {
  /** If its leader is not heard again. Null: this server does not hear, and so ends no term (L6). */
  overAt: Iso | null;
  /** However often it is heard: of a leader that was told to stop. */
  overBy: Iso | null;
}

export interface LeaseEndParts {
  hearing: Hearing;
  leaseClock: LeaseClock;
  time: GroupTime;
}

/** Null: nobody leads. */
export function leaseEnd(
  { id, leadership, settings }: GroupState,
  { hearing, leaseClock, time }: LeaseEndParts,
  now: Moment,
): LeaseEnd | null {
  if (!leadership) return null;
  const leftMs = leaseClock.leftMs(id, now.hearingMs);
  if (leftMs === null || hearing.isDeaf || hearing.unprovedMs(now.nowMs) === Infinity)
    return { overAt: null, overBy: null };
  const at = (inMs: number): Iso => isoOf(Math.ceil(time.nowMs(id) + inMs));
  const overBy = leadership.handover && at(leaseClock.mostLeftMs(id, settings, now));
  return { overAt: at(leftMs), overBy };
}
