import { createWriteStream, existsSync, rmSync } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { CliError } from '../remote/cli-error.js';
import { linesOf, type Reach } from '../remote/client.js';
import { withProgress, type Progress } from '../terminal/progress.js';

/**
 * Lines that a server answers, in a draft beside the file that they are to become; resolves with its name. Rejects with
 * {@link CliError}, and leaves nothing behind; never writes over a file.
 */
export async function download(reach: Reach, path: string, file: string): Promise<string> {
  if (existsSync(file))
    throw new CliError(3, `"${file}" exists. It is left as it is; name another with --out.`);
  const lines = linesOf(reach, path);
  const first = await lines.next(); // a refusal leaves no file behind
  const draft = `${file}.part`;
  try {
    await withProgress('fetching', 'events', (progress) =>
      pipeline(Readable.from(written(first, lines, progress)), createWriteStream(draft)),
    );
  } catch (error) {
    rmSync(draft, { force: true });
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
    for (let line = first; !line.done; line = await rest.next()) {
      if (++count % 1_000 === 0) progress(count);
      yield `${line.value}\n`;
    }
  } finally {
    await rest.return(undefined); // what the server still has to say is not waited for
  }
}
