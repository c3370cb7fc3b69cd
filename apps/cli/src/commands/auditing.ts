import { Command } from 'commander';
import type { Instant, Verification } from '@conclave/audit';
import { auditsOf, type Asked } from '../files/audits.js';
import {
  atRows,
  availabilityTable,
  electionTables,
  explanationTables,
  tenureTables,
  whatIfTables,
} from '../terminal/audit-tables.js';
import { CliError } from '../remote/cli-error.js';
import { request, type Reach } from '../remote/client.js';
import type { Window } from './evidence.js';
import { guard, instant, reachable, wholeNumber, withExamples } from '../terminal/options.js';
import { withProgress } from '../terminal/progress.js';
import { settingsOf } from '../terminal/setting.js';
import { show } from '../terminal/output.js';
import { verificationTable } from '../terminal/verification-table.js';

interface Source extends Reach {
  file?: string;
  store?: string;
}

const audit = (name: string, description: string, ...examples: string[]): Command =>
  withExamples(
    reachable(new Command(name).description(description))
      .option('--file <file>', 'read an export or evidence instead of asking a server')
      .option('--store <store>', 'read a store, like sqlite:./data/conclave.db, whose server is stopped'),
    ...examples,
  );

/** Opens what the options name, asks, closes. */
async function ask<T>(
  options: Source,
  work: (audits: Asked) => Promise<T>,
  isToBeVerified = false,
): Promise<T> {
  let audits: Asked | undefined;
  try {
    audits = await auditsOf(options, isToBeVerified);
    return await work(audits);
  } catch (error) {
    const { code, message } = error as Error & { code?: string };
    if (error instanceof CliError) throw error;
    throw (error as Error).name === 'AuditRefused'
      ? new CliError(3, `${code}: ${message}`)
      : new CliError(code === 'store-unavailable' ? 4 : 3, message);
  } finally {
    await audits?.close();
  }
}

const momentOf = (text: string): Instant =>
  /^\d+$/.test(text) ? { version: wholeNumber(text) } : { time: instant(text) };

async function at(group: string, when: Instant, options: Source): Promise<void> {
  atRows(options, await ask(options, (audits) => audits.at(group, when)));
}

async function explain(
  group: string,
  { term, runner, ...options }: Source & { term?: number; runner?: string },
): Promise<void> {
  if (term === undefined)
    return explanationTables(options, await ask(options, (audits) => audits.now(group, runner)));
  electionTables(options, await ask(options, (audits) => audits.election(group, term, runner)));
}

async function verify(
  group: string | undefined,
  { all, keys, ...options }: Source & { all?: boolean; keys?: string },
): Promise<void> {
  if (group !== undefined ? all : !all && options.file === undefined && options.store === undefined)
    throw new CliError(2, 'name one group, or --all.');
  const verifying = (audits: Asked): Promise<({ group: string } & Verification)[]> =>
    withProgress('verifying', 'events', async (progress) => {
      const found = [];
      for await (const result of audits.verify(group ?? null, progress)) found.push(result);
      return found;
    });
  const { signatureIn } = await import('../files/evidence-file.js');
  const { Malformed } = await import('../files/sealed-file.js');
  let results: Awaited<ReturnType<typeof verifying>>;
  let signature: Awaited<ReturnType<typeof signatureIn>>;
  try {
    results = await ask(options, verifying, true);
    signature = await signatureIn(options.file, keys);
  } catch (error) {
    if (!(error instanceof Malformed)) throw error;
    if (options.json) show(options, { ok: false, problem: error.message }, [], []);
    else console.log(`NOT OK: ${error.message}`);
    process.exitCode = 1;
    return;
  }
  if (keys !== undefined && signature === null)
    throw new CliError(
      2,
      '--keys is for evidence, which is signed: this is none. Get it with export --window.',
    );
  const ok =
    results.every((r) => r.ok) &&
    (signature === null || (signature.problem === null && signature.isTrusted !== false));
  verificationTable(options, ok, results, signature);
  if (!ok) process.exitCode = 1;
}

/** Who led when, why, what if, and can it be proved. */
export const auditing = (): Command[] => [
  audit(
    'at',
    'a whole group as it stood at an instant or a version',
    'at deploy 2026-11-24T14:03:00Z',
    'at deploy 17 --file backup.ndjson',
  )
    .argument('<group>')
    .argument('<when>', 'an instant like 2026-11-24T14:03:00Z, or a version', momentOf)
    .action(guard(at)),
  audit(
    'explain',
    'why this runner leads now, or did in a term, and what others would have needed',
    'explain deploy',
    'explain deploy --term 8 --runner r3',
  )
    .argument('<group>')
    .option('--term <n>', 'the election of that term; default: as it is now', wholeNumber)
    .option('--runner <runner>', 'only this one: why not?')
    .action(guard(explain)),
  audit(
    'verify',
    'check a history: hashes, guarantees, every decision decided again',
    'verify deploy',
    'verify --all',
    'verify --file deploy.evidence.ndjson --keys keys.json',
  )
    .argument('[group]')
    .option('--all', 'every group')
    .option(
      '--keys <file>',
      'public keys that you trust (a JWK set): the evidence must be signed by one of them',
    )
    .addHelpText('after', '\nExit code 1 if anything is wrong.')
    .action(guard(verify)),
  audit(
    'what-if',
    'replay what happened under other settings',
    'what-if deploy --set failback=always --set leaseMs=30000',
    'what-if deploy --set failover=fenced --from 2026-11-01T00:00:00Z',
  )
    .argument('<group>')
    .requiredOption(
      '--set <name=value>',
      'a setting; repeat it for more',
      (text: string, before: string[] | undefined) => [...(before ?? []), text],
    )
    .option('--from <time>', 'the settings hold from then on', instant)
    .option('--to <time>', 'look no further', instant)
    .action(
      guard(
        async (
          group: string,
          { set, from, to, ...options }: Source & { set: string[]; from?: string; to?: string },
        ) => {
          const question = { settings: settingsOf(set), ...(from && { from }), ...(to && { to }) };
          whatIfTables(options, await ask(options, (audits) => audits.whatIf(group, question)));
        },
      ),
    ),
  audit(
    'tenures',
    'every term of a group, or how well each group was led',
    'tenures deploy',
    'tenures',
    'tenures deploy --since 2026-11-01T00:00:00Z --csv > deploy.csv',
  )
    .argument('[group]', 'default: all, from a server')
    .option('--since <time>', 'count availability from then on', instant)
    .option('--until <time>', 'and up to then', instant)
    .option('--csv', 'the terms of the group as CSV')
    .action(guard(tenures)),
];

async function tenures(
  group: string | undefined,
  { since, until, csv, ...options }: Source & Window & { csv?: boolean },
): Promise<void> {
  const window = { ...(since && { since }), ...(until && { until }) };
  if (group !== undefined)
    return tenureTables(
      options,
      group,
      await ask(options, (audits) => audits.tenures(group, window)),
      csv === true,
    );
  if (options.file !== undefined || options.store !== undefined || csv)
    throw new CliError(2, 'name a group.');
  availabilityTable(
    options,
    await request(options, 'GET', `/v1/tenures?${new URLSearchParams(window).toString()}`),
  );
}
