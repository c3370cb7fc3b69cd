import { rmSync } from 'node:fs';
import { resolve } from 'node:path';
import { putInPlace, sweepDrafts, tryToPut } from '@conclave/launch';
import { say } from '../commands/running.js';
import { LeaseGuard } from '../guarding/lease-guard.js';
import { checkFolderOf } from '../files/regular-file.js';
import { CliError } from '../remote/cli-error.js';

/** So much later the lease must end than the file says, before it is written anew, ms. */
const STEP_MS = 200;

/** A file that is there while this runner leads; in it stands until when that holds if nobody renews it. */
export class ReadyFile {
  private readonly path: string;
  /** When what stands in the file ends: monotonic, and as it stands there. */
  private until = { monotonicMs: -Infinity, wallMs: -Infinity };
  private readonly guard: LeaseGuard;

  /** Throws {@link CliError} (2) if the file cannot be written there. One of an earlier process goes away. */
  constructor(
    path: string,
    private readonly about: { group: string; runner: string },
  ) {
    this.path = resolve(path);
    checkFolderOf('--ready-file', this.path);
    try {
      sweepDrafts(this.path, Date.now());
      tryToPut(this.path);
      rmSync(this.path, { force: true });
    } catch (error) {
      throw new CliError(2, `the ready file cannot be kept: ${(error as Error).message}`);
    }
    const failed = 'nobody guards the ready file: it holds until the time that stands in it';
    this.guard = new LeaseGuard({ file: this.path, failed });
  }

  /** It is there as a whole or not at all. */
  show(term: number, remainingMs: number): void {
    this.guard.tell(remainingMs); // first: it must not be there without a guard
    const [monotonicMs, wallMs] = [performance.now() + remainingMs, Date.now() + remainingMs];
    const [laterMs, wallLaterMs] = [monotonicMs - this.until.monotonicMs, wallMs - this.until.wallMs];
    const isStepped = Math.abs(wallLaterMs - laterMs) >= STEP_MS; // the wall clock was set
    if (laterMs < STEP_MS && !isStepped) return;
    const until = new Date(wallMs).toISOString();
    putInPlace(this.path, `${JSON.stringify({ ...this.about, term, until })}\n`);
    this.until = { monotonicMs, wallMs };
  }

  remove(): void {
    this.until = { monotonicMs: -Infinity, wallMs: -Infinity };
    try {
      rmSync(this.path, { force: true });
    } catch (error) {
      say(`the ready file cannot be removed: ${(error as Error).message}`);
    }
  }

  close(): void {
    this.remove();
    this.guard.close();
  }
}
