import type { LogReply } from '@conclave/contract';
import { ApiError } from './http/answers.js';
import type { HttpClient } from './http/http-client.js';

/** Proves to a server that its log has lost a term. */
export class LogEvidence {
  /** Of the last grant. */
  private certificate: string | null = null;
  /** To be shown before the next beat, at its pace: a stopped server is not stormed. */
  isDue = false;

  constructor(
    private readonly client: HttpClient,
    private readonly group: string,
    private readonly onProblem: (error: Error) => void,
  ) {}

  keep(certificate: string | undefined): void {
    this.certificate = certificate ?? this.certificate;
  }

  /** A server is to see it, if there is any. */
  demand(): void {
    this.isDue = this.certificate !== null;
  }

  /** Beats go on whatever becomes of it, unless nobody answers at all: then it is tried again. */
  async show(timeoutMs: number, stop: AbortSignal): Promise<void> {
    this.isDue = false;
    try {
      const { state, why } = await this.client.send<Pick<LogReply, 'state' | 'why'>>({
        method: 'POST',
        path: '/v1/log/evidence',
        body: { group: this.group, certificate: this.certificate },
        timeoutMs,
        waitMs: timeoutMs, // its next beat comes after it
        stop,
        fits: (reply) => typeof reply.state === 'string',
      });
      if (state === 'replaced')
        this.onProblem(new Error(`the server has stopped until somebody has looked at its log: ${why}`));
    } catch (error) {
      // else this server does not want to know
      this.isDue = !(error instanceof ApiError) || error.status >= 500;
      this.onProblem(error as Error);
    }
  }
}
