import type { Command } from 'commander';
import { inFolder } from '../files/regular-file.js';
import { keepArchive, letGo, weighArchive } from '../histories/kept-archive.js';
import { CliError } from '../remote/cli-error.js';
import { send, type Wish } from '../remote/client.js';
import { checkAll, eachGroup } from './each-group.js';
import { groupPath, guard, instant, reachable, withExamples } from '../terminal/options.js';

interface Asked extends Wish {
  before: string;
  out: string;
  all?: boolean;
}

/** `archive`: old history into a file, then out of the log. */
export const archiving = (): Command =>
  withExamples(
    reachable(
      'archive',
      'put the history of a group before an instant into a signed file, then let the log let go of it',
    )
      .argument('[group]')
      .option('--all', 'every group that has older history')
      .requiredOption('--before <time>', 'what is older goes', instant)
      .option('--out <folder>', 'where the files are kept; made if it is not there', '.')
      .option('--reason <text>', 'why; stays in the history')
      .option('--dry-run', 'say what would go, change nothing'),
    'archive deploy --before 2026-01-01 --out /archives --reason "kept for a year"',
    'archive --all --before 2026-01-01 --dry-run',
  ).action(guard(archive));

async function archive(group: string | undefined, asked: Asked): Promise<void> {
  if ((group === undefined) !== (asked.all === true)) throw new CliError(2, 'name one group, or --all.');
  if (!asked.dryRun && !asked.reason) throw new CliError(2, 'give --reason: it stays in the history.');
  return asked.dryRun ? archiveAll(group, asked) : inFolder(asked.out, async () => archiveAll(group, asked));
}

async function archiveAll(group: string | undefined, asked: Asked): Promise<void> {
  const work = async (one: string): Promise<Done> =>
    asked.dryRun ? plan(one, asked) : archiveOne(one, asked);
  const tell = (one: Done): void => {
    if (!asked.json) console.log(inWords(one, asked.dryRun === true));
  };
  if (group !== undefined) {
    const one = await work(group);
    tell(one);
    if (asked.json) console.log(JSON.stringify([one], null, 2));
    return;
  }
  const outcome = await eachGroup(asked, work, tell);
  if (asked.json) console.log(JSON.stringify(outcome.done, null, 2));
  checkAll(outcome);
  if (!asked.json && outcome.done.length === 0)
    console.log(`no group has history before ${asked.before} that is not sealed already`);
}

interface Done {
  group: string;
  upTo: number;
  events: number;
  bytes?: number;
  file?: string;
  digest?: string;
}

const inWords = ({ group, upTo, events, bytes, file }: Done, isPlan: boolean): string =>
  isPlan
    ? `${group}: ${events} events up to version ${upTo} would go, ${bytes} bytes`
    : `${group}: ${events} events up to version ${upTo} are sealed, and kept in ${file}`;

const archivePath = (group: string, { before }: Asked): string =>
  `${groupPath(group, 'archive')}?before=${encodeURIComponent(before)}`;

/** What would go. */
async function plan(group: string, asked: Asked): Promise<Done> {
  const { digest: _, ...about } = await weighArchive(asked, archivePath(group, asked));
  return { group, ...about };
}

/** The file is kept, and was read again, before the log lets go of anything. Can be repeated at any step. */
async function archiveOne(group: string, asked: Asked): Promise<Done> {
  const kept = await keepArchive(asked, group, archivePath(group, asked), asked.out);
  const { upTo, events, file, digest } = kept;
  await letGo(kept, async () => send(asked, 'POST', groupPath(group, 'seal'), { upTo, digest }));
  return { group, upTo, events, file, digest };
}
