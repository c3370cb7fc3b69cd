import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Cli, dropFolder } from '@conclave/testing';

/** A folder with a file of tokens, made by the command line as a person would. */
export class Tokens {
  readonly folder = mkdtempSync(join(tmpdir(), 'conclave-tokens-'));
  readonly file = join(this.folder, 'tokens.json');
  private readonly cli = new Cli();

  private async run(...args: string[]): Promise<string> {
    const { code, stdout, stderr } = await this.cli.run('token', ...args);
    if (code !== 0) throw new Error(stderr);
    return stdout.trim();
  }
  make = async (name: string, role: string, ...more: string[]): Promise<string> =>
    this.run('create', '--file', this.file, '--name', name, '--role', role, ...more);
  revoke = async (name: string): Promise<string> => this.run('revoke', '--file', this.file, name);

  remove(): void {
    dropFolder(this.folder);
  }
}

export const bearer = (token: string): { authorization: string } => ({ authorization: `Bearer ${token}` });
