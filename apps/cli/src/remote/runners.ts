import type { RunnerReply, RunnersPage } from '@conclave/contract';
import { request, type Reach } from './client.js';

const groupRunners = (group: string): string => `/v1/groups/${encodeURIComponent(group)}/runners`;

/** All runners of a group, page by page. Rejects as `how` does. */
export async function runnersOf<R extends Reach>(
  reach: R,
  group: string,
  how: (reach: R, method: string, path: string) => Promise<RunnersPage> = request,
): Promise<RunnerReply[]> {
  const all: RunnerReply[] = [];
  for (let after: string | null = ''; after !== null;) {
    const page: RunnersPage = await how(reach, 'GET', `${groupRunners(group)}${after && `?after=${after}`}`);
    all.push(...page.runners);
    after = page.next ?? null; // of a server that has no pages yet all came
  }
  return all;
}
