import { readFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { PERSON_NAME } from '@conclave/contract';
import { checkToken, type Trust } from '@conclave/runner-sdk';
import { CliError } from './cli-error.js';
import { configFile } from './config-file.js';

/** Options that every command which talks to a server has. */
export interface Reach {
  url?: string;
  tokenFile?: string;
  ca?: string;
  cert?: string;
  key?: string;
  as?: string;
  json?: boolean;
}
/** Also where nobody set USER, as in a cron job; a user without an entry has none. */
export function userName(): string | undefined {
  try {
    return userInfo().username;
  } catch {
    return undefined; // a user without an entry
  }
}

/** What a command shows of itself, and whom it trusts: flags first, then the environment, then the config file. */
export function credentials(reach: Reach): Trust & { token?: string; tokenFile?: string } {
  const { env } = process;
  const file = configFile();
  const tokenFile =
    reach.tokenFile || (env.CONCLAVE_TOKEN ? undefined : env.CONCLAVE_TOKEN_FILE || file.tokenFile);
  const token = tokenFile ? undefined : (env.CONCLAVE_TOKEN || file.token)?.trim();
  return Object.fromEntries(
    Object.entries({
      token,
      tokenFile,
      ca: reach.ca || env.CONCLAVE_CA || file.ca,
      cert: reach.cert || env.CONCLAVE_CERT || file.cert,
      key: reach.key || env.CONCLAVE_KEY || file.key,
    }).filter(([, value]) => value),
  );
}

export function headersOf(reach: Reach): Record<string, string> {
  const { token = '', tokenFile } = credentials(reach);
  const shown =
    tokenFile === undefined
      ? checked(token, 'CONCLAVE_TOKEN or the config file')
      : checked(fileText(tokenFile), `the token file "${tokenFile}"`);
  const actor = saidName(reach) ?? (process.env.USER || userName())?.replace(/[^A-Za-z0-9._@+-]/g, '-');
  return { ...(shown && { authorization: `Bearer ${shown}` }), ...(actor && { 'x-conclave-actor': actor }) };
}

/** Who somebody says to be is recorded just so, or not at all. */
function saidName(reach: Reach): string | undefined {
  const said = reach.as || process.env.CONCLAVE_ACTOR || configFile().as;
  if (!said || PERSON_NAME.test(said)) return said || undefined;
  throw new CliError(
    2,
    `"${said}" is no name (--as, CONCLAVE_ACTOR or "as" of the config file): letters, digits, ".", "_", "-", "@", "+", 127 at most.`,
  );
}

function checked(token: string, from: string): string {
  try {
    return checkToken(token, from);
  } catch (error) {
    throw new CliError(2, `${(error as Error).message}.`);
  }
}

function fileText(path: string): string {
  let text: string;
  try {
    text = readFileSync(path, 'utf8').trim();
  } catch (error) {
    throw new CliError(2, `the token cannot be read: ${(error as Error).message}`);
  }
  if (text === '') throw new CliError(2, `the token file "${path}" is empty.`);
  return text;
}
