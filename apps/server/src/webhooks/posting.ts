import type { AddressInfo } from 'node:net';
import { Webhook } from 'standardwebhooks';
import { Agent, request } from 'undici';
import { VERSION } from '@conclave/kernel';
import { askedMs, bodyOf, type Notice } from '@conclave/webhooks';
import type { Names } from './names.js';
import { isOwnAddress } from './own-address.js';
import type { Endpoint } from './webhooks-file.js';

const TRY_MS = 15_000;
/** Of an answer so much is read, and thrown away; what is longer costs the connection. */
const ANSWER_BYTES = 65_536;
const GONE = 410;

/** How one try went. `why`: null if it was delivered, else in words; never anything of what the receiver wrote. */
export interface Outcome {
  status: number | null;
  why: string | null;
  /** The receiver wants it later than that. */
  askedMs: number | null;
  /** The receiver will never want it. */
  isFinal: boolean;
}

/** Sends notices to one endpoint, over connections of its own. */
export class Poster {
  private readonly agent: Agent;

  /** `own`: where this server listens. `nowMs`: the time of day. */
  constructor(
    private readonly own: AddressInfo,
    connections: number,
    private readonly nowMs: () => number,
    private readonly names: Names,
  ) {
    const connect = { timeout: TRY_MS, lookup: names.lookup };
    this.agent = new Agent({ connections, pipelining: 1, connect });
  }

  /** One try. Never rejects. */
  async post(endpoint: Endpoint, notice: Notice, stopping: AbortSignal): Promise<Outcome> {
    const limit = AbortSignal.timeout(TRY_MS);
    try {
      if (await isOwnAddress(endpoint.url, this.own, this.names))
        return failed('the URL leads to this server itself');
      return await this.send(endpoint, notice, AbortSignal.any([limit, stopping]));
    } catch (error) {
      if (limit.aborted) return failed(`no answer within ${TRY_MS / 1_000} s`);
      if (stopping.aborted) return failed('this server stops');
      const { code, name } = error as NodeJS.ErrnoException;
      return failed(`it cannot be reached (${code ?? name})`);
    }
  }

  private async send(endpoint: Endpoint, notice: Notice, signal: AbortSignal): Promise<Outcome> {
    const body = bodyOf(notice);
    const {
      statusCode,
      headers,
      body: answer,
    } = await request(endpoint.url, {
      method: 'POST',
      headers: { ...endpoint.headers, ...this.signed(endpoint, notice.id, body) },
      body,
      signal,
      dispatcher: this.agent,
    });
    await answer.dump({ limit: ANSWER_BYTES, signal }).catch(() => undefined); // its status is the answer
    const [retryAfter] = [headers['retry-after']].flat();
    return judged(statusCode, askedMs(retryAfter, this.nowMs()));
  }

  private signed(endpoint: Endpoint, id: string, body: string): Record<string, string> {
    const at = new Date(this.nowMs());
    const signatures = endpoint.secrets().map((secret) => new Webhook(secret).sign(id, at, body));
    return {
      'content-type': 'application/json',
      'user-agent': `conclave/${VERSION}`,
      'webhook-id': id,
      'webhook-timestamp': String(Math.floor(at.getTime() / 1_000)),
      'webhook-signature': signatures.join(' '),
    };
  }

  async close(): Promise<void> {
    await this.agent.destroy();
  }
}

const failed = (why: string): Outcome => ({ status: null, why, askedMs: null, isFinal: false });

function judged(status: number, askedForMs: number | null): Outcome {
  if (status >= 200 && status < 300) return { status, why: null, askedMs: null, isFinal: false };
  const isRedirect = status >= 300 && status < 400;
  const why = `answered ${status}${isRedirect ? ': redirects are not followed' : ''}`;
  return { status, why, askedMs: askedForMs, isFinal: status === GONE };
}
