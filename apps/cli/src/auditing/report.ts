import { readFileSync, renameSync, rmSync } from 'node:fs';
import { show } from '../terminal/output.js';
import { ask, type Source } from './asking.js';
import { draftOf } from '../histories/download.js';
import type { Window } from './evidence.js';

/** Writes a window of a group as one HTML page; never over a file. */
export async function report(
  group: string,
  { since, until, out, ...options }: Source & Window & { out?: string },
): Promise<void> {
  const file = out ?? `${group}.report.html`;
  const window = { ...(since && { since }), ...(until && { until }) };
  const draft = await ask(options, (audits) => draftOf(file, audits.report(group, window), 'lines'));
  try {
    renameSync(draft, file);
  } finally {
    rmSync(draft, { force: true });
  }
  const { gistIn } = await import('@conclave/report');
  const gist = gistIn(readFileSync(file, 'utf8'));
  if (options.json) show(options, { group, file, gist }, [], []);
  else console.log(`${file}: ${gist ?? 'written'}`);
}
