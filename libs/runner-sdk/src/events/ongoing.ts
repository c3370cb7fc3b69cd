import { elapsedMs, now, type Instant } from '../clocks/stopwatch.js';

/** What goes on is told again after so long, then after twice as long each time. */
const [AGAIN_MS, LONGEST_MS] = [10_000, 600_000];
/** What nothing was heard of for so long is over: it is news when it comes again. */
const OVER_MS = 60_000;

/** How long was waited, how far was read: the same is told with another number each time. Not those of addresses and names. */
const NUMBERS = / \d+(?:\.\d+)?(?![^ ,;)])/g;

/** Which problems are news, by their words: a server that is away is one with each beat, and whoever writes a log wants one line. */
export class Ongoing {
  private readonly known = new Map<string, { heard: Instant; told: Instant; pauseMs: number }>();

  isNews(said: string): boolean {
    const words = said.replaceAll(NUMBERS, ' n');
    for (const [one, { heard }] of this.known) if (elapsedMs(heard) > OVER_MS) this.known.delete(one);
    const known = this.known.get(words);
    const [heard, isNews] = [now(), !known || elapsedMs(known.told) >= known.pauseMs];
    if (!known) this.known.set(words, { heard, told: heard, pauseMs: AGAIN_MS });
    else Object.assign(known, { heard, ...(isNews && { told: heard, pauseMs: longer(known.pauseMs) }) });
    return isNews;
  }
}

const longer = (pauseMs: number): number => Math.min(2 * pauseMs, LONGEST_MS);
