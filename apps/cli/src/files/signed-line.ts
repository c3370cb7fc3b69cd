import { readFileSync, statSync } from 'node:fs';
import { compactVerify, createLocalJWKSet, decodeProtectedHeader, type JSONWebKeySet, type JWK } from 'jose';
import { CHECKPOINT_TYPE, CheckpointStatement } from '@conclave/audit';
import { CliError } from '../remote/cli-error.js';

/** A checkpoint that was signed: what it says, and by which key. */
export interface ReadCheckpoint {
  statement: CheckpointStatement;
  kid: string;
  /** False: by none of these keys. */
  isSigned: boolean;
}

/** A compact JWS: three parts of base64url. */
const LINE = /^[\w-]+\.[\w-]+\.[\w-]+$/;

/** A checkpoint from the command line, or from a file with its line; null if it is something else. */
export function checkpointIn(given: string): string | null {
  if (LINE.test(given.trim())) return given.trim();
  const text = statSync(given, { throwIfNoEntry: false })?.isFile() ? firstLine(given) : null;
  return text !== null && LINE.test(text) ? text : null;
}

function firstLine(file: string): string | null {
  const text = readFileSync(file, { encoding: 'utf8' });
  return text.length > 10_000 ? null : (text.trim().split('\n')[0] ?? null);
}

/** Throws {@link CliError} (3) for a line that is no checkpoint. */
export async function readCheckpoint(line: string, keys: readonly JWK[]): Promise<ReadCheckpoint> {
  const no = new CliError(3, 'this is no checkpoint of Conclave: "conclave head" prints one.');
  try {
    const { kid, typ } = decodeProtectedHeader(line);
    const payload = Buffer.from(line.split('.')[1]!, 'base64url').toString();
    const statement = CheckpointStatement.parse(JSON.parse(payload));
    if (typ !== CHECKPOINT_TYPE || kid === undefined) throw no;
    const set: JSONWebKeySet = { keys: [...keys] };
    const isSigned = await compactVerify(line, createLocalJWKSet(set)).then(
      () => true,
      () => false,
    );
    return { statement, kid, isSigned };
  } catch {
    throw no;
  }
}
