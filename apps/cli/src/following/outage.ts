import type { Answer } from '@conclave/runner-sdk';
import type { CliError } from '../remote/cli-error.js';
import { headersOf, type Reach } from '../remote/credentials.js';
import { dial } from '../remote/dialing.js';
import { say } from '../remote/telling.js';

/** A server that hears nothing from its store for longer says what was true once (docs/http.md). */
export const OLD_MS = 2_000;

export const ageIn = (headers: Answer['headers']): number => Number(headers.get('x-conclave-stale-ms') ?? 0);

/** For how long the server has heard nothing from its store, ms. Rejects with {@link CliError}. */
export async function ageOf(reach: Reach): Promise<number> {
  const { response } = await dial(reach, '/v1/keys', { headers: headersOf(reach) });
  response.body.destroy();
  return ageIn(response.headers);
}

/** For who only follows: a silence would say that nothing happens. */
export class Outage {
  private isTold = false;

  /** Nobody could be asked to go on. Not what broke off: a server that restarts is back by the next attempt. */
  lose({ message }: CliError): void {
    this.begin(`${message} Trying again.`);
  }

  /** A server that tells something says how long it has heard nothing itself. */
  hear(url: string, staleMs: number): void {
    if (staleMs <= OLD_MS) return this.end();
    const forSome = `${(staleMs / 1_000).toFixed(1)} s`;
    this.begin(`${url} has heard nothing from its store for ${forSome}; what it tells may come late.`);
  }

  private begin(why: string): void {
    if (!this.isTold) say(why);
    this.isTold = true;
  }

  end(): void {
    if (this.isTold) say('it goes on; what happened meanwhile is told.');
    this.isTold = false;
  }
}
