import { setTimeout as delay } from 'node:timers/promises';
import type { LeaderReply } from '@conclave/contract';
import { fetchFor } from '@conclave/runner-sdk';
import { credentials, headersOf, type Reach } from '../remote/credentials.js';
import { passOver, urlOf } from '../remote/dialing.js';
import { groupPath } from '../terminal/options.js';

const WAIT_MS = 20_000;
const ANSWER_MS = 5_000;
const RETRY_MS = 1_000;

/** Who leads, as a server said it last: asked again and again, each time until there is news. */
export class LeaderNews {
  private heard: { reply: LeaderReply; atMs: number } | null = null;

  constructor(
    private readonly reach: Reach,
    private readonly group: string,
  ) {}

  /** `ageMs`: how long ago a server confirmed it. Null before anything was heard. */
  get last(): { reply: LeaderReply; ageMs: number } | null {
    return this.heard && { reply: this.heard.reply, ageMs: Math.round(performance.now() - this.heard.atMs) };
  }

  /** Failures say nothing here: the runner beside it says what does not answer. */
  async follow(stop: AbortSignal): Promise<void> {
    const { ca, cert, key } = credentials(this.reach);
    const ask = fetchFor({ ca, cert, key });
    while (!stop.aborted) {
      const url = urlOf(this.reach);
      try {
        const after = this.heard ? `?afterVersion=${this.heard.reply.version}&waitMs=${WAIT_MS}` : '';
        const response = await ask(url + groupPath(this.group, 'leader') + after, {
          headers: headersOf(this.reach),
          signal: AbortSignal.any([stop, AbortSignal.timeout(WAIT_MS + ANSWER_MS)]),
        });
        if (!response.ok) throw new Error(String(response.status));
        this.heard = { reply: (await response.json()) as LeaderReply, atMs: performance.now() };
      } catch {
        if (!stop.aborted) passOver(this.reach, url);
        await delay(RETRY_MS, undefined, { signal: stop }).catch(() => undefined);
      }
    }
  }
}
