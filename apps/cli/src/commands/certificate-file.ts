import { readFileSync, rmSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { decodeJwt } from 'jose/jwt/decode';
import { LEASE_MOST_MS } from '@conclave/contract';
import { putInPlace, sweepDrafts, tryToPut } from '@conclave/launch';
import type { Runner } from '@conclave/runner-sdk';
import { checkFolderOf } from '../files/regular-file.js';
import { CliError } from '../remote/cli-error.js';
import { say } from '../remote/telling.js';

const OWN_ONLY = 0o600;

/** The newest certificate of a runner, in a file for programs in any language; there is none while it does not lead. */
export class CertificateFile {
  readonly path: string;
  private written: string | null = null;
  private isFailing = false;

  /** Throws {@link CliError} (2) if it cannot be kept there. */
  constructor(path: string) {
    this.path = resolve(path); // the program may go elsewhere
    checkFolderOf('--certificate-file', this.path);
    if (statSync(this.path, { throwIfNoEntry: false })?.isDirectory())
      throw new CliError(2, `--certificate-file: "${path}" is a folder.`);
    sweepDrafts(this.path, Date.now());
    this.tryToWrite();
    this.letEnd(this.content());
  }

  private tryToWrite(): void {
    try {
      tryToPut(this.path, OWN_ONLY);
    } catch (error) {
      throw new CliError(2, `--certificate-file: ${(error as Error).message}`);
    }
  }

  /** One that is there may be another's, who leads: it goes when it is over. */
  private letEnd(found: string | null): void {
    const leftMs = endOf(found) - Date.now();
    if (leftMs <= 0) return this.remove();
    const mostMs = Math.min(leftMs, LEASE_MOST_MS); // whatever the clock of who signed says about its end
    setTimeout(() => this.content() === found && this.remove(), mostMs).unref();
  }

  /** From one grant to the next, while `work` goes on. */
  async whileLeading<T>(runner: Runner, first: string | null, work: () => Promise<T>): Promise<T> {
    const granted = (_term: number, certificate: string | null): void => this.keep(certificate);
    granted(0, first);
    runner.on('granted', granted);
    try {
      return await work();
    } finally {
      runner.off('granted', granted);
      if (this.content() === this.written) this.remove(); // a successor in the same place may have begun
    }
  }

  private content(): string | null {
    try {
      return readFileSync(this.path, 'utf8');
    } catch {
      return null;
    }
  }

  private remove(): void {
    try {
      rmSync(this.path, { force: true });
    } catch (error) {
      say(`the certificate cannot be removed: ${(error as Error).message}`);
    }
  }

  /** Whoever reads it finds the old one or the new one, whole. */
  private keep(certificate: string | null): void {
    if (certificate === null) return this.remove();
    try {
      const text = `${certificate}\n`;
      putInPlace(this.path, text, OWN_ONLY);
      this.written = text;
      this.isFailing = false;
    } catch (error) {
      if (!this.isFailing) say(`the certificate cannot be kept, trying again: ${(error as Error).message}`);
      this.isFailing = true; // told once: it is tried with each beat
    }
  }
}

/** Wall clock; what is no certificate is over. */
function endOf(certificate: string | null): number {
  try {
    return (decodeJwt(certificate!.trim()).exp ?? 0) * 1_000;
  } catch {
    return 0;
  }
}
