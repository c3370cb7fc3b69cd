import { CliError } from '../remote/cli-error.js';
import type { Reach } from '../remote/credentials.js';
import { linesOf } from '../remote/streams.js';

/** Every term of all groups as CSV, as the server tells them, never held. */
export async function tellAllTenures(reach: Reach, query: string, limit: number): Promise<void> {
  if (limit < Infinity) throw new CliError(2, '--limit with --csv counts the terms of one group: name it.');
  for await (const line of linesOf(reach, `/v1/tenures?${query}`, undefined, 'text/csv')) console.log(line);
}
