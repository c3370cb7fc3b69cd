import { runnerKey, type Id, type ProcessId, type RunnerKey } from '@conclave/election';
import type { Moment } from './hearing.js';
import { Wheel, type Timed } from './wheel.js';

/** In one call: where a crowd is silent and few can be reported at once, the others would be looked at in vain each time. */
const MOST_LOOKED = 5_000;

/** What was dictated to a runner when it was last heard. */
export interface Dictated {
  /** Silence up to here is none: the lease. */
  limitMs: number;
  heartbeatMs: number;
}
interface Heard extends Dictated, Timed {
  about: ProcessId;
  at: Moment;
}
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
  private readonly watched = new Map<RunnerKey, Heard>();
  private readonly wheel = new Wheel<Heard>((heard) => this.heardAt(heard).hearingMs + heard.limitMs);
  /** Whoever was heard before it counts as heard then. */
  private restarted: Moment | null = null;

  hear({ group, runner, incarnation }: ProcessId, { limitMs, heartbeatMs }: Dictated, now: Moment): void {
    const key = runnerKey(group, runner);
    const known = this.watched.get(key);
    const heard = { limitMs, heartbeatMs, at: now, againMs: undefined };
    if (known?.about.incarnation === incarnation) {
      this.wheel.put(Object.assign(known, heard));
      return;
    }
    if (known) this.wheel.takeOut(known);
    const fresh = { about: { group, runner, incarnation }, ...heard };
    this.watched.set(key, fresh);
    this.wheel.put(fresh);
  }

  forget(group: Id, runner: Id): void {
    const key = runnerKey(group, runner);
    const known = this.watched.get(key);
    if (known) this.wheel.takeOut(known);
    this.watched.delete(key);
  }

  /** End of replay: everybody watched gets a whole limit from now. */
  restart(now: Moment): void {
    this.restarted = now;
  }

  private heardAt({ at }: Heard): Moment {
    return this.restarted && at.nowMs <= this.restarted.nowMs ? this.restarted : at;
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
    const heard = this.watched.get(runnerKey(group, runner));
    if (heard) this.wheel.putOff(heard, hearingMs);
  }

  /** How long one runner has been silent, whatever its limit; null if it is not watched. */
  silenceOf(group: Id, runner: Id, now: Moment): Silence | null {
    const heard = this.watched.get(runnerKey(group, runner));
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
