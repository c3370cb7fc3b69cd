import { existsSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Runner } from '@conclave/runner-sdk';
import { CliError } from '../remote/cli-error.js';
import { say } from '../remote/telling.js';

/** The newest certificate of a runner, in a file for programs in any language; there is none while it does not lead. */
export class CertificateFile {
  /** Throws {@link CliError} (2) if it cannot be kept there. */
  constructor(readonly path: string) {
    const folder = dirname(path);
    if (!existsSync(folder)) throw new CliError(2, `--certificate-file: there is no folder "${folder}".`);
    this.keep(null);
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
      this.keep(null);
    }
  }

  /** Whoever reads it finds the old one or the new one, whole. */
  private keep(certificate: string | null): void {
    try {
      if (certificate === null) return rmSync(this.path, { force: true });
      const draft = `${this.path}.${process.pid}.new`;
      writeFileSync(draft, `${certificate}\n`, { mode: 0o600 });
      renameSync(draft, this.path);
    } catch (error) {
      say(`the certificate cannot be kept: ${(error as Error).message}`);
    }
  }
}
