import { existsSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { Command } from 'commander';
import type { HeadReply } from '@conclave/contract';
import { LogDigest, type Copied, type EventStore } from '@conclave/event-store';
import { CliError } from '../remote/cli-error.js';
import { request, type Reach } from '../remote/client.js';
import { warn } from '../remote/telling.js';
import { offlineAudits } from '../histories/offline-audits.js';
import { download } from '../histories/download.js';
import { guard, reachable, withExamples } from '../terminal/options.js';
import { withProgress } from '../terminal/progress.js';
import { partOf, sweepParts } from '../files/part-of.js';
import { eventsOf } from '../files/log-file.js';
import { newFile, regularFile } from '../files/regular-file.js';
import { sync } from '../files/syncing.js';
import { bringIn } from './bring-in.js';
import { withStore } from './with-store.js';

/** It is no hash of the bytes of a file, which say too at which positions of its store the events stood. */
export const inWords = ({ sha256 }: Copied): string =>
  `sha256 of the events (in whichever file or store) ${sha256}`;

const keysOf = (file: string): string => `${file}.keys.json`;
const checkpointOf = (file: string): string => `${file}.checkpoint.txt`;

/** `backup` and `restore`: a whole log, from a server that serves and back into an empty store. */
export const backingUp = (): Command[] => [
  withExamples(
    reachable(
      'backup',
      'copy the whole log from a server that serves into a file, verify it, and keep a signed checkpoint and the public keys beside it',
    ),
    'backup conclave.ndjson',
    'backup /var/backups/conclave-$(date +%F).ndjson',
  )
    .argument('<file>', 'NDJSON, as export writes it; nothing is written over')
    .option('--no-verify', 'only count and hash are compared, decisions are not decided again')
    .action(guard(backup)),
  withExamples(
    new Command('restore').description(
      'verify a backup, bring it into an empty store, read it back and compare; says what happens to leases',
    ),
    'restore conclave.ndjson --store sqlite:./data/conclave.db',
  )
    .argument('<file>', 'what backup or export wrote')
    .option(
      '--store <store>',
      'sqlite:<file> or esdb://<host>; default: that of a server that is started here (CONCLAVE_STORE)',
    )
    .option('--no-verify', 'only count and hash are compared, decisions are not decided again')
    .option('--json', 'print JSON')
    .action(restore),
];

async function backup(file: string, { verify, ...reach }: Reach & { verify: boolean }): Promise<void> {
  newFile(file);
  const [keyFile, checkpointFile] = [keysOf(file), checkpointOf(file)];
  for (const one of [file, keyFile, checkpointFile]) sweepParts(one);
  for (const beside of [keyFile, checkpointFile])
    if (existsSync(beside))
      throw new CliError(
        3,
        `"${beside}" exists${existsSync(file) ? '' : `, and "${file}" does not: move it away if it is of another backup`}. It is left as it is; name another file.`,
      );
  const checkpoint = await checkpointNow(reach, verify); // before the log: it stands for a beginning of what is copied
  const keys = await request<object>(reach, 'GET', '/v1/keys');
  const draft = await download(reach, '/v1/backup', file);
  const drafts = new Map([[file, draft]]);
  try {
    const copied = await checked(draft, verify, false);
    const besides: [string, string][] = [[keyFile, `${JSON.stringify(keys, null, 2)}\n`]];
    if (checkpoint !== null) besides.unshift([checkpointFile, `${checkpoint}\n`]);
    for (const [beside, text] of besides) {
      drafts.set(beside, partOf(beside));
      writeFileSync(drafts.get(beside)!, text);
    }
    for (const one of drafts.values()) sync(one);
    for (const [name, one] of [...drafts].reverse()) renameSync(one, name); // the log last
    sync(dirname(file));
    if (reach.json) return console.log(JSON.stringify({ file, ...copied, checkpoint }, null, 2));
    console.log(
      `${file}: ${copied.events} events${verify ? ', every decision verified' : ''}, ${inWords(copied)}`,
    );
    const beside = besides.map(([name]) => name).join(' and ');
    console.log(`beside it ${beside}: keep copies where nobody can change them`);
  } finally {
    for (const one of drafts.values()) rmSync(one, { force: true });
  }
}

/**
 * Null: a group cannot be read, and nothing can stand for the whole log; of a copy that shall not be verified either. The log
 * of the others is needed most when something is wrong.
 */
async function checkpointNow(reach: Reach, verify: boolean): Promise<string | null> {
  try {
    return (await request<HeadReply>(reach, 'GET', '/v1/head')).checkpoint;
  } catch (error) {
    if (!(error instanceof CliError && error.details.code === 'group-unreadable')) throw error;
    const why = `there is no checkpoint of this log: ${error.details.detail}`;
    if (verify) throw new CliError(3, `${why} Copy it as it is with --no-verify.`, error.details);
    warn(`warning: ${why}`);
    return null;
  }
}

/** What a file holds. Throws {@link CliError} 3 if it is damaged, or (with `isDeep`) if anything in it is wrong. */
async function checked(file: string, isDeep: boolean, isKept: boolean): Promise<Copied> {
  const digest = new LogDigest();
  try {
    for await (const event of eventsOf(file)) digest.add(event);
  } catch (error) {
    throw new CliError(3, `the copy cannot be used: ${(error as Error).message}`);
  }
  if (!isDeep) return digest.copied;
  const audits = await offlineAudits({ file }, true);
  // a draft nobody can look at later
  const source = isKept ? ` --file ${file}` : '';
  const older = isKept
    ? ' If an older Conclave wrote it, "conclave import" brings it to the form of today.'
    : '';
  try {
    await withProgress('verifying', 'events', async (progress) => {
      for await (const { group, ok } of audits.verify(null, progress))
        if (!ok)
          throw new CliError(
            3,
            `group "${group}" does not verify; look with "conclave verify ${group}${source}", or copy it as it is with --no-verify.${older}`,
          );
    });
  } finally {
    await audits.close();
  }
  return digest.copied;
}

const LEASES = `Start the server on it. What it knew before (….known beside the old store) it compares: if terms are missing it stops,
"conclave log" says which, and "conclave log accept" goes on above every known one. A runner that still leads by a lease of the
lost part is waited for; every running term of the copy is given a whole lease. See docs/restore.md.`;

async function restore(
  file: string,
  { verify, json, ...given }: { store?: string; verify: boolean; json?: boolean },
): Promise<void> {
  const bringBack = async (store: EventStore): Promise<void> => {
    const copied = await bringIn(store, file, 'restoring');
    if (json) return console.log(JSON.stringify({ store: store.name, ...copied }, null, 2));
    console.log(
      `restored ${copied.events} events into ${store.name}, read back and compared, ${inWords(copied)}`,
    );
    console.log(LEASES);
  };
  await withStore(given, bringBack, {
    first: async () => {
      regularFile(file);
      await checked(file, verify, true);
    },
  });
}
