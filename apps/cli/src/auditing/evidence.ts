import { renameSync, rmSync } from 'node:fs';
import { InvalidArgumentError } from 'commander';
import type { Reach } from '../remote/client.js';
import { signatureOf } from '../files/evidence-file.js';
import { refused } from '../files/part-of.js';
import { Malformed } from '../files/sealed-file.js';
import { groupPath, instant } from '../terminal/options.js';
import { download } from '../histories/download.js';

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
  const query = new URLSearchParams(Object.entries(options.window ?? {})).toString();
  const draft = await download(options, `${groupPath(group, 'evidence')}?${query}`, file);
  try {
    const { events, kid, problem } = await signatureOf(draft, null).catch((error: unknown) => {
      throw error instanceof Malformed ? refused(draft, error.message.replace(`"${draft}" `, '')) : error;
    });
    if (problem !== null) throw refused(draft, problem);
    renameSync(draft, file);
    if (options.json) return console.log(JSON.stringify({ group, file, events, kid }, null, 2));
    console.log(`exported ${events} events of "${group}" to ${file}, signed by key ${kid}`);
  } finally {
    rmSync(draft, { force: true });
  }
}
