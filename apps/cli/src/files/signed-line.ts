import { readFileSync, statSync } from 'node:fs';
import { compactVerify, createLocalJWKSet, decodeProtectedHeader, type JWK } from 'jose';
import { CHECKPOINT_TYPE, CheckpointStatement, Cosigned } from '@conclave/audit';
import { z } from 'zod';
import { CliError } from '../remote/cli-error.js';

/** A checkpoint that was signed: what it says, and by which key. */
export interface ReadCheckpoint {
  statement: CheckpointStatement;
  kid: string;
  /** False: by none of these keys. */
  isSigned: boolean;
}

/** A compact JWS: three parts of base64url, the first one of `{"…`. So it is no name of a file (`deploy.evidence.ndjson`). */
const LINE = /^eyJ[\w-]+\.[\w-]+\.[\w-]+$/;

/** More than this is no file with checkpoints: one an hour for years. */
const LONGEST = 32_000_000;
const HeadFile = z.looseObject({ checkpoint: z.string().regex(LINE), witnesses: z.array(Cosigned) });

/** Checkpoints that somebody has kept, and co-signatures that he has kept with them. */
export interface KeptCheckpoints {
  /** One at least. */
  lines: string[];
  cosigned: Cosigned[];
}

/**
 * A checkpoint from the command line, or all from a file with a line for each, or the one in what `head --json` printed; null
 * if it is something else. Throws {@link CliError} (3) where something else stands among them: it may have been one.
 */
export function checkpointsIn(given: string): KeptCheckpoints | null {
  if (LINE.test(given.trim())) return { lines: [given.trim()], cosigned: [] };
  const found = statSync(given, { throwIfNoEntry: false });
  if (!found?.isFile() || found.size > LONGEST) return null;
  const text = readFileSync(given, 'utf8').trim();
  const lines = text.split('\n').map((line) => line.trim());
  if (LINE.test(lines[0]!)) {
    const odd = lines.findIndex((line) => line !== '' && !LINE.test(line));
    if (odd !== -1)
      throw new CliError(
        3,
        `"${given}" line ${odd + 1} is no checkpoint, and others stand there. Take it out, or give the checkpoint itself.`,
      );
    return { lines: [...new Set(lines.filter((line) => line !== ''))], cosigned: [] };
  }
  const head = HeadFile.safeParse(jsonIn(text)).data;
  return head ? { lines: [head.checkpoint], cosigned: head.witnesses } : null;
}

/** Null: it is none. */
export function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return null;
  }
}

/** True if one of these keys has made that signature. */
export async function isSignedBy(signature: string, keys: readonly JWK[]): Promise<boolean> {
  return compactVerify(signature, createLocalJWKSet({ keys: [...keys] })).then(
    () => true,
    () => false,
  );
}

/** Throws {@link CliError} (3) for a line that is no checkpoint. */
export async function readCheckpoint(line: string, keys: readonly JWK[]): Promise<ReadCheckpoint> {
  const no = new CliError(3, 'this is no checkpoint of Conclave: "conclave head" prints one.');
  try {
    const { kid, typ } = decodeProtectedHeader(line);
    const payload = Buffer.from(line.split('.')[1]!, 'base64url').toString();
    const statement = CheckpointStatement.parse(JSON.parse(payload));
    if (typ !== CHECKPOINT_TYPE || kid === undefined) throw no;
    return { statement, kid, isSigned: await isSignedBy(line, keys) };
  } catch {
    throw no;
  }
}
