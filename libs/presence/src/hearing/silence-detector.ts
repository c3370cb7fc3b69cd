import type { Id, ProcessId } from '@conclave/election';
import type { Moment } from './hearing.js';
import { Roll, type Dictated, type Heard } from './roll.js';
import { Wheel } from './wheel.js';

/** In one call: where a crowd is silent and few can be reported at once, the others would be looked at in vain each time. */
const MOST_LOOKED = 5_000;

export interface Silence extends ProcessId, Dictated {
  /** When it was heard last, monotonic: the hearing clock may stand still between two beats. */
  sinceMs: number;
  silentMs: number;
  deafMs: number;
}

/**
 * Who has not been heard for longer than its limit. Pure: every call takes the time. The limit is the lease
 * dictated at the last beat, so a shortened lease silences nobody (L3).
 */
export class SilenceDetector {
  private readonly wheel = new Wheel<Heard>((heard) => this.hearingMsOf(heard) + heard.limitMs);
  /** Whoever was heard before it counts as heard then. */
  private restarted: Moment | null = null;

  constructor(private readonly roll = new Roll()) {}

  /** `member`: of the roll, if it was looked up. */
  hear(
    { group, runner, incarnation }: ProcessId,
    { limitMs, heartbeatMs }: Dictated,
    now: Moment,
    member = this.roll.enter(group, runner),
  ): void {
    const { heard } = member;
    if (heard?.about.incarnation === incarnation) {
      heard.limitMs = limitMs;
      heard.heartbeatMs = heartbeatMs;
      heard.atMs = now.nowMs;
      heard.atHearingMs = now.hearingMs;
      heard.againMs = undefined;
      this.wheel.put(heard);
      return;
    }
    if (heard) this.wheel.takeOut(heard);
    const about = { group, runner, incarnation };
    const untimed = { slot: undefined, before: undefined, after: undefined, againMs: undefined };
    const at = { atMs: now.nowMs, atHearingMs: now.hearingMs };
    member.heard = { about, limitMs, heartbeatMs, ...at, ...untimed };
    this.wheel.put(member.heard);
  }

  forget(group: Id, runner: Id): void {
    const heard = this.roll.find(group, runner)?.heard;
    if (!heard) return;
    this.wheel.takeOut(heard);
    this.roll.unwatch(group, runner);
  }

  /** Everybody watched gets a whole limit from now, or from a later time that was given before. */
  restart({ nowMs, hearingMs }: Moment): void {
    this.restarted = { nowMs, hearingMs: Math.max(hearingMs, this.restarted?.hearingMs ?? hearingMs) };
  }

  private isFromBefore({ atMs }: Heard): boolean {
    return this.restarted !== null && atMs <= this.restarted.nowMs;
  }

  private hearingMsOf(heard: Heard): number {
    return this.isFromBefore(heard) ? this.restarted!.hearingMs : heard.atHearingMs;
  }

  private heardAt(heard: Heard): Moment {
    if (this.isFromBefore(heard)) return this.restarted!;
    return { nowMs: heard.atMs, hearingMs: heard.atHearingMs };
  }

  /**
   * Runners over their limit; each is named again only after a second, so that a lost report is repeated. Of very many some,
   * the others with the next calls.
   */
  *due(now: Moment, isOf: (group: Id) => boolean = () => true): Generator<Silence> {
    for (const heard of this.wheel.dueInTurn(now.hearingMs, MOST_LOOKED))
      if (isOf(heard.about.group)) yield silenceSince(heard, this.heardAt(heard), now);
      else if (this.wheel.isCrowded) this.wheel.putOff(heard, now.hearingMs); // or those who must wait hide all others
  }

  reported({ group, runner }: Silence, { hearingMs }: Moment): void {
    const heard = this.roll.find(group, runner)?.heard;
    if (heard) this.wheel.putOff(heard, hearingMs);
  }

  /** How long one runner has been silent, whatever its limit; null if it is not watched. */
  silenceOf(group: Id, runner: Id, now: Moment): Silence | null {
    const heard = this.roll.find(group, runner)?.heard;
    return heard ? silenceSince(heard, this.heardAt(heard), now) : null;
  }

  /** True if somebody is due up to that hearing time. */
  isNear(untilMs: number): boolean {
    return this.wheel.isNear(untilMs);
  }
}

function silenceSince({ about, limitMs, heartbeatMs }: Heard, at: Moment, now: Moment): Silence {
  const silentMs = Math.max(0, Math.round(now.hearingMs - at.hearingMs));
  return {
    ...about,
    sinceMs: at.nowMs,
    silentMs,
    deafMs: Math.max(0, Math.round(now.nowMs - at.nowMs - silentMs)),
    limitMs,
    heartbeatMs,
  };
}
