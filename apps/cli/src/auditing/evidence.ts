import { createWriteStream, existsSync, renameSync, rmSync } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { InvalidArgumentError } from 'commander';
import { CliError } from '../remote/cli-error.js';
import { linesOf, type Reach } from '../remote/client.js';
import { signatureOf } from '../files/evidence-file.js';
import { groupPath, instant } from '../terminal/options.js';
import { withProgress, type Progress } from '../terminal/progress.js';

export interface Window {
  since?: string;
  until?: string;
}

/** `2026-11-01T00:00:00Z..2026-11-24T00:00:00Z`; an end that is left out is the first event, or now. */
export function windowOf(text: string): Window {
  const [since, until, ...rest] = text.split('..');
  if (since === undefined || until === undefined || rest.length > 0)
    throw new InvalidArgumentError('Write it as since..until; ".." is all.');
  return { ...(since !== '' && { since: instant(since) }), ...(until !== '' && { until: instant(until) }) };
}

/**
 * Fetches signed evidence of a group and checks what was written. Rejects with {@link CliError}; never writes
 * over a file.
 */
export async function exportEvidence(
  group: string,
  options: Reach & { window?: Window; out?: string },
): Promise<void> {
  const file = options.out ?? `${group}.evidence.ndjson`;
  if (existsSync(file))
    throw new CliError(3, `"${file}" exists. It is left as it is; name another with --out.`);
  const query = new URLSearchParams(Object.entries(options.window ?? {})).toString();
  const lines = linesOf(options, `${groupPath(group, 'evidence')}?${query}`);
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
  const { events, kid, problem } = await signatureOf(draft, null);
  if (problem !== null)
    throw new CliError(3, `what came, kept as "${draft}", is not what the server signed: ${problem}`);
  renameSync(draft, file);
  console.log(`exported ${events} events of "${group}" to ${file}, signed by key ${kid}`);
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
