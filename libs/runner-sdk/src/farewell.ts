import { elapsedMs, now, type Instant } from './clocks/stopwatch.js';
import { ApiError, isTermOver } from './http/answers.js';
import { Unanswering } from './http/lines.js';
import { backoffMs, pause } from './pace/pacing.js';
import type { Patient, Requests } from './http/requests.js';

/** Of all tries: less than two seconds, the bound of a stop. */
const [MOST_MS, TRY_MS] = [1_800, 500];
/** Who can hold nothing tries for no longer where nobody is there: a server that hangs may elect it yet. */
const AWAY_MOST_MS = 500;

type Say = (patient: Patient) => Promise<boolean>;
/** It did not answer in time, this one or others of its process, or cannot carry it out now. */
const mayHear = (error: unknown): boolean =>
  error instanceof DOMException ||
  error instanceof Unanswering ||
  (error instanceof ApiError && (error.status >= 500 || error.status === 408));
/** How long anything may be said yet; what an answer brings later is given back no more, so none is waited for either. */
export const leftMs = (since: Instant): number => Math.max(0, MOST_MS - elapsedMs(since));

/**
 * The last words of a process. `since`: when its work stopped; from then on they may take as long as a stop may. If no server
 * hears them, the lease runs out by itself.
 */
export class Farewell {
  /** `patienceMs`: how long an answer is waited for. `unanswered`: the last beat that nobody answered. */
  constructor(
    private readonly requests: Requests,
    private readonly patienceMs: () => number,
    private readonly unanswered: () => number | undefined,
  ) {}

  /** True: the term has ended with that; false: it was over before; null: nobody heard it. */
  async resign(term: number, since: Instant): Promise<boolean | null> {
    return this.insist(leftMs(since), async (patient) => this.requests.resign(term, patient));
  }

  /**
   * Gives back whatever it may hold, `owes` a term for one, and is no candidate any more: else it could be elected before its stream is
   * missed, or by servers that were away until its cooldown was over (G5).
   */
  async leave(owes: boolean, isKnown: boolean, since: Instant): Promise<void> {
    const { isUnheard } = this.requests;
    if (!(owes || isKnown || isUnheard)) return;
    const say: Say = async (patient) => this.requests.goAway(this.unanswered(), patient);
    await this.insist(leftMs(since), say, owes || isUnheard ? MOST_MS : AWAY_MOST_MS);
  }

  /** False if nobody heard it. */
  async deregister(since: Instant): Promise<boolean> {
    const say: Say = async (patient) => this.requests.deregister(patient);
    return (await this.insist(leftMs(since), say)) !== null;
  }

  /** `unreachedMostMs`: as long as no server is reached at all: of several, one may hang and another one not be there. */
  private async insist(mostMs: number, say: Say, unreachedMostMs = mostMs): Promise<boolean | null> {
    const began = now();
    let isAnyThere = false;
    const restMs = () => mostMs - elapsedMs(began);
    for (let attempt = 0; restMs() > 0; attempt++) {
      try {
        const timeoutMs = Math.min(this.patienceMs(), TRY_MS, Math.ceil(restMs()));
        // others of this process go first as long as there is time for that, and for an answer
        return await say({ timeoutMs, waitMs: Math.max(0, Math.min(timeoutMs, restMs() - timeoutMs)) });
      } catch (error) {
        if (isTermOver(error)) return false;
        isAnyThere ||= mayHear(error);
        if (!isAnyThere && elapsedMs(began) >= unreachedMostMs) return null;
        await pause(Math.max(1, Math.min(backoffMs(attempt, 50, 500), restMs())));
      }
    }
    return null;
  }
}
