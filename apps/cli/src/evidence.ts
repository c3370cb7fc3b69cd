import { once } from 'node:events';
import { createWriteStream, existsSync } from 'node:fs';
import { finished } from 'node:stream/promises';
import { InvalidArgumentError } from 'commander';
import { CliError } from './cli-error.js';
import { streamed, type Reach } from './client.js';
import { signatureOf } from './evidence-file.js';
import { groupPath, instant } from './options.js';
import { withProgress } from './progress.js';

export interface Window {
  since?: string;
  until?: string;
}

/** `2026-11-01T00:00:00Z..2026-11-24T00:00:00Z`; an end that is left out is the first event, or now. */
export function windowOf(text: string): Window {
  const [since, until, ...rest] = text.split('..');
  if (since === undefined || until === undefined || rest.length > 0) throw new InvalidArgumentError('Write it as since..until; ".." is all.');
  return { ...(since !== '' && { since: instant(since) }), ...(until !== '' && { until: instant(until) }) };
}

/** Fetches signed evidence of a group and checks what was written. Rejects with {@link CliError}; never writes over a file. */
export async function exportEvidence(group: string, options: Reach & { window?: Window; out?: string }): Promise<void> {
  const file = options.out ?? `${group}.evidence.ndjson`;
  if (existsSync(file)) throw new CliError(3, `"${file}" exists. It is left as it is; name another with --out.`);
  const query = new URLSearchParams(Object.entries(options.window ?? {})).toString();
  const lines = streamed(options, `${groupPath(group, 'evidence')}?${query}`);
  const first = await lines.next(); // a refusal leaves no file behind
  const out = createWriteStream(file, { flags: 'wx' });
  await withProgress('fetching', 'events', async (progress) => {
    let count = 0;
    for (let line = first; !line.done; line = await lines.next()) {
      if (!out.write(`${JSON.stringify(line.value)}\n`)) await once(out, 'drain');
      if (++count % 1_000 === 0) progress(count);
    }
    out.end();
    await finished(out);
  });
  const { events, kid, problem } = await signatureOf(file, null);
  if (problem !== null) throw new CliError(3, `"${file}" is not what the server signed: ${problem}`);
  console.log(`exported ${events} events of "${group}" to ${file}, signed by key ${kid}`);
}
