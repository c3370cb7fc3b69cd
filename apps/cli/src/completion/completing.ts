import type { GroupsPage, RunnersPage } from '@conclave/contract';
import tab from '@bomb.sh/tab/commander';
import type { Command } from 'commander';
import { request } from '../remote/client.js';
import { groupPath } from '../terminal/options.js';

/**
 * `complete <shell>` prints a script that asks this program again; ids of groups and runners come from the
 * server.
 */
export async function completing(program: Command): Promise<void> {
  const root = tab(program);
  const words = process.argv.slice(process.argv.indexOf('--') + 1);
  if (process.argv[2] !== 'complete' || process.argv[3] !== '--') return;
  const known = await idsFor(words);
  for (const command of root.commands.values()) {
    for (const [name, argument] of command.arguments) {
      const ids = known[name as keyof typeof known];
      if (ids) argument.handler = (complete) => ids.forEach((id) => complete(id, ''));
    }
  }
}

/** A server that does not answer completes nothing: a shell must not show its error. */
async function idsFor([, group]: string[]): Promise<{ group: string[]; runner: string[] }> {
  const groups = request<GroupsPage>({}, 'GET', '/v1/groups?limit=1000');
  const runners = group ? request<RunnersPage>({}, 'GET', groupPath(group, 'runners')) : null;
  return {
    group: await groups.then((page) => page.groups.map((one) => one.group)).catch(() => []),
    runner: (await runners?.then((page) => page.runners.map((one) => one.runner)).catch(() => [])) ?? [],
  };
}
