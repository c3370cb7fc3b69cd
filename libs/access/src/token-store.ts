import { lstatSync, readlinkSync, realpathSync } from 'node:fs';
import { lock } from 'proper-lockfile';
import { readWhole, replaceFile } from '@conclave/node';
import { TokenFile, type KeptToken } from './tokens.js';

/** What the parser says shows a piece of the text, which may be a token that somebody put there. */
export function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Error('it is no JSON');
  }
}

/** Throws an Error that says in one line what is wrong. */
export function tokensFrom(text: string): Map<string, KeptToken> {
  if (text.trim() === '')
    throw new Error('it is empty. Put back what was in it, or remove it, if all tokens are to be made anew');
  const parsed = TokenFile.safeParse(jsonIn(text));
  if (!parsed.success) throw new Error(`it is no file of tokens (${parsed.error.issues[0]!.message})`);
  return new Map(parsed.data.tokens.map((token) => [token.id, token]));
}

/**
 * Where a link leads. Replaced itself it would part those who read it from those who read the file: a token that is revoked for
 * the ones would count on for the others.
 */
function fileAt(path: string): string {
  try {
    return realpathSync(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    if (!lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink()) return path;
    throw new Error(`it is a link to "${readlinkSync(path)}", which is not there`, { cause: error });
  }
}

export function readTokens(path: string): Map<string, KeptToken> {
  try {
    return tokensFrom(readWhole(fileAt(path)));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return new Map();
    throw error;
  }
}

/** Whole or not at all; only its owner may read it, which stays the user of the servers, whoever makes or revokes a token. */
function writeTokens(path: string, tokens: ReadonlyMap<string, KeptToken>): void {
  const text = `${JSON.stringify({ format: 1, tokens: [...tokens.values()] }, null, 2)}\n`;
  replaceFile(path, text, { isDurable: true, keepsOwner: process.platform !== 'win32' });
}

/** Changes what is kept, one at a time: two people must not lose each other's tokens. Rejects with what `change` throws. */
export async function changeTokens<T>(
  path: string,
  change: (tokens: Map<string, KeptToken>) => T,
): Promise<T> {
  const file = fileAt(path);
  const release = await lock(file, {
    realpath: false, // it need not be there
    retries: { retries: 20, minTimeout: 50, maxTimeout: 250 },
  });
  try {
    const tokens = readTokens(file);
    const result = change(tokens);
    writeTokens(file, tokens);
    return result;
  } finally {
    await release();
  }
}
