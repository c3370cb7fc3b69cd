import { setTimeout as delay } from 'node:timers/promises';
import type { LeaderReply } from '@conclave/contract';
import { askerFor, textOf } from '@conclave/runner-sdk';
import { OLD_MS } from '../following/outage.js';
import { credentials, headersOf, type Reach } from '../remote/credentials.js';
import { passOver, urlOf, urlsOf } from '../remote/dialing.js';
import { groupPath } from '../terminal/options.js';

const WAIT_MS = 20_000;
const ANSWER_MS = 5_000;
const RETRY_MS = 1_000;

/** Who leads, as a server said it last: asked again and again, each time until there is news. */
export class LeaderNews {
  private readonly reach: Reach;
  private heard: { reply: LeaderReply; atMs: number } | null = null;

  /** The addresses are those of now: a config file may be written anew at any time. Throws CliError (2). */
  constructor(
    reach: Reach,
    private readonly group: string,
  ) {
    this.reach = { ...reach, url: urlsOf(reach).join(',') };
  }

  /** `ageMs`: how long ago a server confirmed it. Null before anything was heard. */
  get last(): { reply: LeaderReply; ageMs: number } | null {
    return this.heard && { reply: this.heard.reply, ageMs: Math.round(performance.now() - this.heard.atMs) };
  }

  /** What a server that hears nothing knows is as old as it says, and may be older than what is known here. */
  private hear(reply: LeaderReply, staleMs: number): void {
    const atMs = performance.now() - staleMs;
    if (staleMs > 0 && this.heard && this.heard.atMs > atMs) return;
    this.heard = { reply, atMs };
  }

  /** Failures say nothing here: the runner beside it says what does not answer. */
  async follow(stop: AbortSignal): Promise<void> {
    const { ca, cert, key } = credentials(this.reach);
    const ask = askerFor({ ca, cert, key });
    while (!stop.aborted) {
      const url = urlOf(this.reach);
      try {
        const after = this.heard ? `?afterVersion=${this.heard.reply.version}&waitMs=${WAIT_MS}` : '';
        const response = await ask(url + groupPath(this.group, 'leader') + after, {
          headers: headersOf(this.reach),
          signal: AbortSignal.any([stop, AbortSignal.timeout(WAIT_MS + ANSWER_MS)]),
        });
        const text = await textOf(url, response); // of refusals, too: else each holds a connection of its own
        if (!response.ok) throw new Error(String(response.status));
        const staleMs = Number(response.headers.get('x-conclave-stale-ms') ?? 0);
        this.hear(JSON.parse(text) as LeaderReply, staleMs);
        if (staleMs > OLD_MS) throw new Error('it hears nothing from its store');
      } catch {
        if (!stop.aborted) passOver(this.reach, url);
        await delay(RETRY_MS, undefined, { signal: stop }).catch(() => undefined);
      }
    }
  }
}
