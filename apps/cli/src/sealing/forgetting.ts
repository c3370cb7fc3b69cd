import { rmSync } from 'node:fs';
import type { Command } from 'commander';
import { forgetIn, type Forgotten } from '../files/forgetting-file.js';
import { inFolder } from '../files/regular-file.js';
import { CliError } from '../remote/cli-error.js';
import { send, type Wish } from '../remote/client.js';
import { groupPath, guard, reachable, withExamples } from '../terminal/options.js';
import { keepArchive, naming, weighArchive } from '../histories/kept-archive.js';
import { checkAll, eachGroup } from './each-group.js';

interface Asked extends Wish {
  out?: string;
  archive?: string[];
}

/** A group may go on while its history is fetched. */
const ATTEMPTS = 5;
/** What has expired is lifted within a second. */
const AGAIN_MS = 500;

const NOBODY = 'no group names that person';
const LEFT = `What is left elsewhere is yours to see to: older archive files (conclave forget <name> --archive <file>), exports,
evidence, backups, logs of servers and of what stands before them. Attempts that were refused go within a week. Who
rotated or revoked a signing key stays named in the record of keys. EventStoreDB hides what was let go of: it is gone
from its disk after a scavenge, and from the chunk that it writes to only when that is full.`;

/** `forget`: a person's name and reasons, out of the log or out of an archive. */
export const forgetting = (): Command =>
  withExamples(
    reachable(
      'forget',
      'erase the name of a person, and the reasons that the person gave: seals all history of the groups that name her or him, and keeps it without the name',
    )
      .argument('<name>')
      .option('--out <folder>', 'where the archives are kept')
      .option('--reason <text>', 'why; stays in the history, so it must not name the person')
      .option('--archive <file...>', 'archives that hold the name: written anew, nothing else is done')
      .option('--dry-run', 'say which groups name that person, change nothing'),
    'forget ana --dry-run',
    'forget ana --out /archives --reason "has left"',
    'forget ana --archive /archives/deploy-20.archive.ndjson',
  ).action(guard(forget));

async function forget(name: string, asked: Asked): Promise<void> {
  if (asked.archive && asked.dryRun) throw new CliError(2, 'give --archive or --dry-run, not both.');
  if (asked.archive && asked.out !== undefined)
    throw new CliError(2, 'files of --archive are written anew where they are: leave out --out.');
  if (asked.archive) return forgetInFiles(asked.archive, name, asked);
  if (asked.dryRun) return plan(name, asked);
  if (asked.out === undefined)
    throw new CliError(2, 'give --out, where the archives are kept, or --archive.');
  if (!asked.reason) throw new CliError(2, 'give --reason: it stays in the history.');
  if (asked.reason.toLowerCase().includes(name.toLowerCase()))
    throw new CliError(3, '--reason names whoever is to be forgotten, and it stays.');
  const { out } = asked;
  return inFolder(out, async () => forgetInto(out, name, asked));
}

async function forgetInto(out: string, name: string, asked: Asked): Promise<void> {
  const { json } = asked;
  const outcome = await eachGroup(
    asked,
    async (group) => forgetInGroup(group, name, out, asked),
    ({ group, upTo, file }) => {
      if (!json) console.log(`${group}: forgotten up to version ${upTo}; what was before is kept in ${file}`);
    },
  );
  if (json) console.log(JSON.stringify(outcome.done, null, 2));
  checkAll(outcome);
  if (json) return;
  if (outcome.done.length === 0) console.log(NOBODY);
  console.log(LEFT);
}

/** What would be sealed. */
async function plan(name: string, asked: Asked): Promise<void> {
  const outcome = await eachGroup(
    asked,
    async (group) => {
      const { digest: _, ...about } = await weighArchive(asked, archivePath(group, name));
      return { group, ...about };
    },
    ({ group, upTo, events, bytes }) => {
      if (asked.json) return;
      console.log(
        `${group} names that person: ${events} events up to version ${upTo} would be sealed, ${bytes} bytes`,
      );
    },
  );
  if (asked.json) console.log(JSON.stringify(outcome.done, null, 2));
  checkAll(outcome);
  if (!asked.json && outcome.done.length === 0) console.log(NOBODY);
}

const archivePath = (group: string, name: string): string =>
  `${groupPath(group, 'archive')}?forget=${encodeURIComponent(name)}`;

/** The server never sends the name; the file is kept, and was read again, before the log lets go of anything. */
async function forgetInGroup(group: string, name: string, out: string, asked: Asked) {
  const path = archivePath(group, name);
  for (let attempt = 1; ; attempt++) {
    const kept = await keepArchive(asked, group, path, out);
    const { upTo, digest, file, wasThere } = kept;
    if (wasThere) await forgetIn(file, name);
    try {
      await send(asked, 'POST', groupPath(group, 'seal'), { upTo, digest, forget: name });
      return { group, upTo, file, digest };
    } catch (error) {
      const isLate = error instanceof CliError && error.message.startsWith('version-conflict');
      if (!isLate) throw naming(kept, error);
      if (!wasThere) rmSync(file); // nothing was sealed
      if (attempt === ATTEMPTS) throw error;
      await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
    }
  }
}

async function forgetInFiles(files: readonly string[], name: string, { json }: Asked): Promise<void> {
  const done: Forgotten[] = [];
  for (const file of files) {
    const one = await forgetIn(file, name);
    done.push(one);
    if (!json)
      console.log(
        one.lines > 0 ? `${file}: forgotten in ${one.lines} lines` : `${file}: does not name that person`,
      );
  }
  if (json) console.log(JSON.stringify(done, null, 2));
}
