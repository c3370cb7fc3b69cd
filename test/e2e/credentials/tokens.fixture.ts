import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { changeTokens, makeToken, type Role } from '@conclave/access';
import { Cli, dropFolder } from '@conclave/processes';

/** A folder with a file of tokens. */
export class Tokens {
  readonly folder = mkdtempSync(join(tmpdir(), 'conclave-tokens-'));
  readonly file = join(this.folder, 'tokens.json');
  private readonly cli = new Cli();

  make = async (
    name: string,
    role: Role,
    groups = ['*'],
    runners?: string[],
    expiresAt: string | null = null,
  ): Promise<string> =>
    changeTokens(this.file, (tokens) => {
      const grants = [{ role, groups, ...(runners && { runners }) }];
      const { token, kept } = makeToken({ name, grants, createdAt: new Date().toISOString(), expiresAt });
      tokens.set(kept.id, kept);
      return token;
    });

  /** By the command line, as a person would. */
  async revoke(name: string): Promise<void> {
    const { code, stderr } = await this.cli.run('token', 'revoke', '--file', this.file, name);
    if (code !== 0) throw new Error(stderr);
  }

  remove(): void {
    dropFolder(this.folder);
  }
}

export const bearer = (token: string): { authorization: string } => ({ authorization: `Bearer ${token}` });
