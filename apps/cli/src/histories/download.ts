import { createWriteStream, existsSync, rmSync } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { OWN_ONLY, partOf } from '../files/part-of.js';
import { newFile, notWritten } from '../files/regular-file.js';
import { CliError, isUnanswered } from '../remote/cli-error.js';
import type { Reach } from '../remote/credentials.js';
import { linesOf } from '../remote/streams.js';
import { withProgress, type Progress } from '../terminal/progress.js';

const BROKEN_OFF =
  'what came broke off in the middle, and is not kept; /readyz says how the server is: ask again';

/** Lines that a server answers, in a draft (see {@link draftOf}). */
export const download = async (reach: Reach, path: string, file: string): Promise<string> =>
  draftOf(file, ended(linesOf(reach, path)), 'events');

async function* ended(lines: AsyncIterable<string>): AsyncGenerator<string> {
  for await (const line of lines) yield `${line}\n`;
}

/**
 * Pieces of text as they come, in a draft beside the file that they are to become; resolves with its name. Rejects with
 * {@link CliError}, or with what the pieces reject with, and leaves nothing behind; never writes over a file.
 */
export async function draftOf(file: string, pieces: AsyncGenerator<string>, unit: string): Promise<string> {
  newFile(file);
  const draft = partOf(file);
  if (existsSync(file)) throw new CliError(3, `"${file}" exists. It is left as it is; name another file.`);
  const first = await pieces.next(); // a refusal leaves no file behind
  try {
    await withProgress('fetching', unit, (progress) =>
      pipeline(Readable.from(written(first, pieces, progress)), createWriteStream(draft, { mode: OWN_ONLY })),
    );
  } catch (failure) {
    rmSync(draft, { force: true });
    const error = notWritten(file, failure);
    if (isUnanswered(error)) throw new CliError(4, `${BROKEN_OFF} (${error.message})`, error.details);
    throw error instanceof CliError ? error : new CliError(3, (error as Error).message);
  }
  return draft;
}

async function* written(
  first: IteratorResult<string>,
  rest: AsyncGenerator<string>,
  progress: Progress,
): AsyncGenerator<string> {
  let count = 0;
  try {
    for (let piece = first; !piece.done; piece = await rest.next()) {
      if (++count % 1_000 === 0) progress(count);
      yield piece.value;
    }
  } finally {
    await rest.return(undefined); // what the server still has to say is not waited for
  }
}
