import type { GroupState, Id, ProcessId } from '@conclave/election';
import type { Moment } from '../hearing/hearing.js';
import type { LastBeats } from '../records/last-beats.js';

/** News of an election and the beat that answers it take their time. */
const FIRST_BEAT_MS = 1_000;
/** Of a grant of which less is left there is no point in saying so: the first beat of the term will bring one. */
const WORTHWHILE = 1 / 3;

/** How long a term without a valid beat runs at least, on every server, from when it has read the election (L4). */
export function firstBeatMs(heartbeatMs: number): number {
  return Math.max(2 * heartbeatMs, FIRST_BEAT_MS);
}

/** What the news of an election grants, counted from a beat that stood in the log before it (L14). */
export interface FirstGrant {
  term: number;
  /** Of that beat. */
  sequence: number;
  leaseMs: number;
  heartbeatMs: number;
  /** When this server read that beat. */
  readAt: Moment;
  /** Not after the election was appended, by the monotonic clock of this server. */
  provedMs: number;
}

/** A grant as it is told: `leftMs` is for certificates, by what this server alone can prove. */
export interface FirstGrantNews {
  sequence: number;
  leaseMs: number;
  heartbeatMs: number;
  leftMs: number;
}

/**
 * The grants in the news of elections (L14): whoever was elected works on them until its first beat in its term is
 * answered. Pure. Every server keeps the term for at least as long, whether it says so or not (G2).
 */
export class FirstGrants {
  private readonly running = new Map<Id, FirstGrant>();

  /** `maxDrift`: how far clock rates may differ, 0.01 = 1 %. */
  constructor(
    private readonly beats: LastBeats,
    private readonly maxDrift: number,
  ) {}

  /** At the place of the election. Null: the log knows no beat of that process, as far as this server can say. */
  termBegan(
    elected: ProcessId & { term: number },
    { leaseMs, heartbeatMs }: Pick<GroupState['settings'], 'leaseMs' | 'heartbeatMs'>,
    provedMs: number,
  ): FirstGrant | null {
    this.running.delete(elected.group);
    const beat = this.beats.of(elected);
    if (!beat) return null;
    const grant = {
      term: elected.term,
      sequence: beat.sequence,
      // the drift of a server and that of the runner: no server waits longer for it than it waits anyway
      leaseMs: Math.floor(Math.min(leaseMs, firstBeatMs(heartbeatMs)) * (1 - 2 * this.maxDrift)),
      heartbeatMs,
      readAt: { nowMs: beat.readAtMs, hearingMs: beat.readAtHearingMs },
      provedMs,
    };
    this.running.set(elected.group, grant);
    return grant;
  }

  termEnded(group: Id): void {
    this.running.delete(group);
  }

  /** Something in `P` was not read (L7): nothing is granted by what is known. */
  doubt(): void {
    this.running.clear();
  }

  /** What to say to whoever leads the term now; null if there is nothing, or too little left of it. */
  newsOf(group: Id, term: number, nowMs: number): FirstGrantNews | null {
    const grant = this.running.get(group);
    if (grant?.term !== term) return null;
    const { sequence, leaseMs, heartbeatMs, readAt, provedMs } = grant;
    const leftMs = leaseMs - (nowMs - Math.min(readAt.nowMs, provedMs));
    return leftMs < leaseMs * WORTHWHILE ? null : { sequence, leaseMs, heartbeatMs, leftMs };
  }
}
