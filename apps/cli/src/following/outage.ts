import type { CliError } from '../remote/cli-error.js';
import { say } from '../remote/telling.js';

/** A server that hears nothing from its store for longer says what was true once (docs/http.md). */
export const OLD_MS = 2_000;

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
