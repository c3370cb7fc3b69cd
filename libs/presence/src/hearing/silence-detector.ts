import { runnerKey, type Id, type ProcessId, type RunnerKey } from '@conclave/election';
import type { Moment } from './hearing.js';

/** What was dictated to a runner when it was last heard. */
export interface Dictated {
  /** Silence up to here is none: the lease. */
  limitMs: number;
  heartbeatMs: number;
}
interface Heard extends Dictated {
  about: ProcessId;
  at: Moment;
  reportedMs: number;
}
export interface Silence extends ProcessId, Dictated {
  silentMs: number;
  deafMs: number;
}

/**
 * Who has not been heard for longer than its limit. Pure: every call takes the time. The limit is the lease
 * dictated at the last beat, so a shortened lease silences nobody (L3).
 */
export class SilenceDetector {
  private readonly watched = new Map<RunnerKey, Heard>();

  hear({ group, runner, incarnation }: ProcessId, dictated: Dictated, now: Moment): void {
    const about = { group, runner, incarnation };
    this.watched.set(runnerKey(group, runner), { about, ...dictated, at: now, reportedMs: -Infinity });
  }

  forget(group: Id, runner: Id): void {
    this.watched.delete(runnerKey(group, runner));
  }

  /** End of replay: everybody watched gets a whole limit from now. */
  restart(now: Moment): void {
    for (const heard of this.watched.values()) heard.at = now;
  }

  /** Runners over their limit; each is named again only after a second, so that a lost report is repeated. */
  due(now: Moment): Silence[] {
    const due: Silence[] = [];
    for (const heard of this.watched.values()) {
      const isOver = now.hearingMs - heard.at.hearingMs >= heard.limitMs;
      if (isOver && now.nowMs - heard.reportedMs >= 1_000) due.push(silenceSince(heard, now));
    }
    return due;
  }

  reported({ group, runner }: Silence, nowMs: number): void {
    const heard = this.watched.get(runnerKey(group, runner));
    if (heard) heard.reportedMs = nowMs;
  }

  /** How long one runner has been silent, whatever its limit; null if it is not watched. */
  silenceOf(group: Id, runner: Id, now: Moment): Silence | null {
    const heard = this.watched.get(runnerKey(group, runner));
    return heard ? silenceSince(heard, now) : null;
  }

  /** Earliest hearing time at which somebody may be due; Infinity if nobody is watched. */
  nextMs(): number {
    let next = Infinity;
    for (const { at, limitMs } of this.watched.values()) next = Math.min(next, at.hearingMs + limitMs);
    return next;
  }
}

function silenceSince({ about, at, limitMs, heartbeatMs }: Heard, now: Moment): Silence {
  const silentMs = Math.max(0, Math.round(now.hearingMs - at.hearingMs));
  return {
    ...about,
    silentMs,
    deafMs: Math.max(0, Math.round(now.nowMs - at.nowMs - silentMs)),
    limitMs,
    heartbeatMs,
  };
}
