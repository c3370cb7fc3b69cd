import type { Id } from '@conclave/election';

interface Heard {
  group: Id;
  runner: Id;
  incarnation: string;
  heardMs: number;
  hearingMs: number;
  limitMs: number;
  heartbeatMs: number;
  reportedMs: number;
}
export interface Silence {
  group: Id;
  runner: Id;
  incarnation: string;
  silentMs: number;
  deafMs: number;
  limitMs: number;
  heartbeatMs: number;
}

/**
 * Who has not been heard for longer than its limit. Pure: every call takes the time, once on the monotonic clock and
 * once on the hearing clock. The limit is the lease dictated at the last beat, so a shortened lease silences nobody (L3).
 */
export class SilenceDetector {
  private readonly watched = new Map<string, Heard>();

  hear(about: { group: Id; runner: Id; incarnation: string }, limitMs: number, heartbeatMs: number, nowMs: number, hearingMs: number): void {
    const { group, runner, incarnation } = about;
    this.watched.set(keyOf(group, runner), { group, runner, incarnation, heardMs: nowMs, hearingMs, limitMs, heartbeatMs, reportedMs: -Infinity });
  }

  forget(group: Id, runner: Id): void {
    this.watched.delete(keyOf(group, runner));
  }

  /** End of replay: everybody watched gets a whole limit from now. */
  restart(nowMs: number, hearingMs: number): void {
    for (const heard of this.watched.values()) Object.assign(heard, { heardMs: nowMs, hearingMs });
  }

  /** Runners over their limit; each is named again only after a second, so that a lost report is repeated. */
  due(nowMs: number, hearingMs: number): Silence[] {
    const due: Silence[] = [];
    for (const heard of this.watched.values()) {
      const silentMs = hearingMs - heard.hearingMs;
      if (silentMs < heard.limitMs || nowMs - heard.reportedMs < 1_000) continue;
      due.push(silenceOf(heard, nowMs, hearingMs));
    }
    return due;
  }

  reported({ group, runner }: Silence, nowMs: number): void {
    const heard = this.watched.get(keyOf(group, runner));
    if (heard) heard.reportedMs = nowMs;
  }

  /** How long one runner has been silent, whatever its limit; null if it is not watched. */
  silenceOf(group: Id, runner: Id, nowMs: number, hearingMs: number): Silence | null {
    const heard = this.watched.get(keyOf(group, runner));
    return heard ? silenceOf(heard, nowMs, hearingMs) : null;
  }

  /** Earliest hearing time at which somebody may be due; Infinity if nobody is watched. */
  nextMs(): number {
    let next = Infinity;
    for (const { hearingMs, limitMs } of this.watched.values()) next = Math.min(next, hearingMs + limitMs);
    return next;
  }
}

const keyOf = (group: Id, runner: Id): string => `${group}/${runner}`;

function silenceOf({ group, runner, incarnation, heardMs, hearingMs, limitMs, heartbeatMs }: Heard, nowMs: number, nowHearingMs: number): Silence {
  const silentMs = Math.max(0, Math.round(nowHearingMs - hearingMs));
  return { group, runner, incarnation, silentMs, deafMs: Math.max(0, Math.round(nowMs - heardMs - silentMs)), limitMs, heartbeatMs };
}
