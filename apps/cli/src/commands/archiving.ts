import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';
import type { GroupsPage } from '@conclave/contract';
import { readArchive, type Archive } from '../files/evidence-file.js';
import { sync } from '../files/syncing.js';
import { download } from '../histories/download.js';
import { CliError } from '../remote/cli-error.js';
import { linesOf, request, send, type Reach, type Wish } from '../remote/client.js';
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
      new Command('archive').description(
        'put the history of a group before an instant into a signed file, then let the log let go of it',
      ),
    )
      .argument('[group]')
      .option('--all', 'every group that has older history')
      .requiredOption('--before <time>', 'what is older goes', instant)
      .option('--out <folder>', 'where the files are kept', '.')
      .option('--reason <text>', 'why; stays in the history')
      .option('--dry-run', 'say what would go, change nothing'),
    'archive deploy --before 2026-01-01 --out /archives --reason "kept for a year"',
    'archive --all --before 2026-01-01 --dry-run',
  ).action(guard(archive));

async function archive(group: string | undefined, asked: Asked): Promise<void> {
  if ((group === undefined) !== (asked.all === true)) throw new CliError(2, 'name one group, or --all.');
  if (!asked.dryRun && !asked.reason) throw new CliError(2, 'give --reason: it stays in the history.');
  const done: object[] = [];
  for (const one of group === undefined ? await everyGroup(asked) : [group]) {
    const what = await (asked.dryRun ? plan(one, asked) : archiveOne(one, asked)).catch((error: unknown) => {
      if (group === undefined && isNothing(error)) return null;
      throw error;
    });
    if (what === null) continue;
    done.push(what);
    if (!asked.json) console.log(inWords(what, asked.dryRun === true));
  }
  if (asked.json) console.log(JSON.stringify(done, null, 2));
  else if (done.length === 0)
    console.log(`no group has history before ${asked.before} that is not sealed already`);
}

export const isNothing = (error: unknown): boolean =>
  error instanceof CliError && error.message.startsWith('nothing-recorded');

export async function everyGroup(asked: Reach): Promise<string[]> {
  const groups: string[] = [];
  for (let after = ''; ;) {
    const page: GroupsPage = await request(
      asked,
      'GET',
      `/v1/groups?limit=1000${after && `&after=${after}`}`,
    );
    groups.push(...page.groups.map((one) => one.group));
    if (page.next === null) return groups;
    after = page.next;
  }
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
  let [upTo, lines, bytes] = [0, 0, 0];
  for await (const line of linesOf(asked, archivePath(group, asked))) {
    if (++lines === 1) ({ upTo } = JSON.parse(line) as { upTo: number });
    bytes += Buffer.byteLength(line) + 1;
  }
  return { group, upTo, events: lines - 2, bytes };
}

/** The file is kept, and was read again, before the log lets go of anything. Can be repeated at any step. */
async function archiveOne(group: string, asked: Asked): Promise<Done> {
  mkdirSync(asked.out, { recursive: true });
  const begun = join(asked.out, `${group}.archive`);
  rmSync(`${begun}.part`, { force: true }); // of one that was killed
  const draft = await download(asked, archivePath(group, asked), begun);
  const { header, events, digest } = await sound(draft, group);
  const { upTo } = header;
  const file = join(asked.out, `${group}-${upTo}.archive.ndjson`);
  await keep(draft, file, digest);
  await send(asked, 'POST', groupPath(group, 'seal'), { upTo, digest });
  return { group, upTo, events, file, digest };
}

export async function sound(file: string, group: string): Promise<Archive> {
  const archive = await readArchive(file);
  const problem = archive.header.group === group ? archive.problem : 'it is of another group';
  if (problem === null) return archive;
  throw new CliError(3, `what came, kept as "${file}", is not what the server signed: ${problem}`);
}

/** Durable, under its name. The same archive may be there, from a command that was killed behind this. */
export async function keep(draft: string, file: string, digest: string): Promise<void> {
  if (existsSync(file)) {
    const kept = await readArchive(file);
    if (kept.problem !== null || kept.digest !== digest)
      throw new CliError(
        3,
        `"${file}" exists, and is another archive. It is left as it is; nothing was sealed.`,
      );
    rmSync(draft);
    return sync(file);
  }
  sync(draft);
  renameSync(draft, file);
  sync(join(file, '..'));
}
