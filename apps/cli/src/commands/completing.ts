import tab from '@bomb.sh/tab/commander';
import type { Command } from 'commander';
import { request } from '../remote/client.js';
import { groupPath } from '../terminal/options.js';

/** `complete <shell>` prints a script that asks this program again; ids of groups and runners come from the server. */
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
  const ids = async (path: string, list: string, key: string): Promise<string[]> => {
    const page = await request({}, 'GET', path).catch(() => ({ [list]: [] }));
    return page[list].map((item: Record<string, string>) => item[key]);
  };
  return {
    group: await ids('/v1/groups?limit=1000', 'groups', 'group'),
    runner: group ? await ids(groupPath(group, 'runners'), 'runners', 'runner') : [],
  };
}
