import { chmodSync, createWriteStream, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { forgettingLine } from '@conclave/audit';
import { canonicalText, isCalled } from '@conclave/event-store';
import { CliError } from '../remote/cli-error.js';
import { OWN_ONLY, partOf } from './part-of.js';
import { readArchive } from './evidence-file.js';
import { notWritten, regularFile } from './regular-file.js';
import { sealedLines } from './sealed-file.js';
import { sync } from './syncing.js';

/** What became of an archive. */
export interface Forgotten {
  file: string;
  group: string;
  /** Lines in which the person was named. */
  lines: number;
}

/**
 * Writes an archive anew without a person who is named in it; checked before and after, and replaced at once. The signature
 * and the digest stay what they were.
 */
export async function forgetIn(file: string, name: string): Promise<Forgotten> {
  regularFile(file);
  const before = formOf(file);
  const { header, digest, problem } = await readArchive(file);
  if (problem !== null)
    throw new CliError(3, `"${file}" is not the archive that was signed: ${problem}. It is left as it is.`);
  const forgotten = { file, group: header.group, lines: 0 };
  const draft = partOf(file);
  try {
    const lines = Readable.from(linesWithout(file, name, forgotten));
    await pipeline(lines, createWriteStream(draft, { mode: OWN_ONLY })).catch((error: unknown) => {
      throw notWritten(file, error);
    });
    const left = await readArchive(draft);
    if (left.problem !== null || left.digest !== digest)
      throw new CliError(
        3,
        `"${file}" could not be written anew (${left.problem ?? 'another digest'}). It is left as it is.`,
      );
    chmodSync(draft, statSync(file).mode); // who may read it stays as it is
    sync(draft);
    if (formOf(file) !== before) return await forgetIn(file, name); // somebody else is forgotten in it just now
    renameSync(draft, file);
    sync(join(file, '..'));
  } finally {
    rmSync(draft, { force: true });
  }
  return forgotten;
}

/** Changes when somebody writes the file anew. */
function formOf(file: string): string {
  const { ino, size, mtimeNs } = statSync(file, { bigint: true });
  return `${ino} ${size} ${mtimeNs}`;
}

async function* linesWithout(file: string, name: string, forgotten: Forgotten): AsyncGenerator<string> {
  for await (const { value } of sealedLines(file)) {
    const line = value as Parameters<typeof forgettingLine>[0];
    const left = 'footer' in value ? line : forgettingLine(line, isCalled(name));
    if (left !== line && canonicalText(left) !== canonicalText(line)) forgotten.lines++;
    yield `${canonicalText(left)}\n`;
  }
}
