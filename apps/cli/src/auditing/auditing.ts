import { type Command, Option } from 'commander';
import type { AllTenuresReply } from '@conclave/contract';
import type { Instant, Question } from '@conclave/audit';
import { ask, momentOf, type Source } from './asking.js';
import {
  atRows,
  availabilityTable,
  electionTables,
  explanationTables,
  tenureTables,
  whatIfTables,
} from '../terminal/audit-tables.js';
import { tellAllTenures } from '../histories/all-tenures.js';
import { CliError } from '../remote/cli-error.js';
import { request } from '../remote/client.js';
import type { Window } from './evidence.js';
import { ARCHIVE, guard, instant, reachable, wholeNumber, withExamples } from '../terminal/options.js';
import { settingsOf } from '../terminal/setting.js';
import { diff } from './diff.js';
import { keys } from './keys.js';
import { proving } from './proving.js';
import { report } from './report.js';
import { verify } from './verifying.js';

const audit = (name: string, description: string, ...examples: string[]): Command =>
  withExamples(
    reachable(name, description)
      .option('--file <file>', 'read an export or evidence instead of asking a server')
      .option('--store <store>', 'read a store, like sqlite:./data/conclave.db, whose server is stopped')
      .option(...ARCHIVE),
    ...examples,
  );

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

async function whatIf(
  group: string,
  {
    set = [],
    without,
    alive,
    from,
    to,
    ...options
  }: Source & Omit<Question, 'settings'> & { set?: readonly string[] },
): Promise<void> {
  if (set.length === 0 && !without && !alive)
    throw new CliError(
      2,
      'say what would be otherwise: --set name=value, --without <version>, --alive <runner>',
    );
  const left = { ...(without && { without }), ...(alive && { alive }) };
  const question = { settings: settingsOf([...set]), ...left, ...(from && { from }), ...(to && { to }) };
  whatIfTables(options, await ask(options, (audits) => audits.whatIf(group, question)));
}

const more = (text: string, before: readonly string[] = []): string[] => [...before, text];

/** Who led when, why, what if, and can it be proved. */
export const auditing = (): Command[] => [
  audit(
    'at',
    'a whole group as it stood at an instant or a version',
    'at deploy 2026-11-24T14:03:00Z',
    'at deploy 5m',
    'at deploy 17 --file backup.ndjson',
  )
    .argument('<group>')
    .argument('<when>', 'an instant like 2026-11-24T14:03:00Z or 5m (ago), or a version', momentOf)
    .action(guard(at)),
  audit(
    'diff',
    'what changed in a group between two moments, and by what',
    'diff deploy --from 2026-11-24T14:00:00Z --to 2026-11-24T15:00:00Z',
    'diff deploy --from 1h',
    'diff deploy --from 17',
  )
    .argument('<group>')
    .requiredOption(
      '--from <when>',
      'an instant like 2026-11-24T14:03:00Z or 5m (ago), or a version',
      momentOf,
    )
    .option('--to <when>', 'the same; default: the end of what is known', momentOf)
    .action(guard(diff)),
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
    'verify --against last-month.evidence.ndjson',
    'verify --against checkpoint.txt --store sqlite:./data/conclave.db',
    'verify --against checkpoint.json --witness-keys witness.json --file whole.ndjson',
  )
    .argument('[group]')
    .option('--all', 'every group')
    .option(
      '--keys <file>',
      'public keys that you trust (a JWK set): evidence, proof or checkpoint must be signed by one',
    )
    .option('--no-keys', 'whoever signed the evidence will do')
    .option(
      '--against <what>',
      'a checkpoint (or a file with one), old evidence or an old export: does today go on from it?',
    )
    .option(
      '--witness-keys <file>',
      'keys of witnesses that you trust (a JWK set): one of them must have co-signed the checkpoint',
    )
    .addHelpText('after', '\nExit code 1 if anything is wrong.')
    .action(guard(verify)),
  ...proving(),
  keys(),
  audit(
    'what-if',
    'replay what happened under other settings, without an order, or with a runner that was not silent',
    'what-if deploy --set failback=always --set leaseMs=30000',
    'what-if deploy --without 41',
    'what-if deploy --alive r1 --set failover=fenced --from 2026-11-01T00:00:00Z',
  )
    .argument('<group>')
    .option('--set <name=value>', 'a setting; repeat it for more', more)
    .option(
      '--without <version>',
      'an order of a person that is left out, by a version it has in the history; repeatable',
      (text: string, before: number[] | undefined) => [...(before ?? []), wholeNumber(text)],
    )
    .option('--alive <runner>', 'a runner taken to have been heard at all times; repeatable', more)
    .option('--from <time>', 'the settings hold from then on', instant)
    .option('--to <time>', 'look no further', instant)
    .action(guard(whatIf)),
  audit(
    'tenures',
    'every term of a group, or how well each group was led',
    'tenures deploy',
    'tenures',
    'tenures deploy --since 7d --csv > deploy.csv',
  )
    .argument('[group]', 'default: all, from a server')
    .option('--since <time>', 'count availability from then on', instant)
    .option('--until <time>', 'and up to then', instant)
    .option('--limit <n>', 'only the last n terms, or the first n groups', wholeNumber)
    .addOption(new Option('--csv', 'the terms of the group, or of all groups, as CSV').conflicts('json'))
    .action(guard(tenures)),
  audit(
    'report',
    'a window of a group as one HTML page, to read, print and hand on: who led, availability, orders, incidents',
    'report deploy',
    'report deploy --since 2026-11-01T00:00:00Z --until 2026-12-01T00:00:00Z --out november.html',
    'report deploy --file deploy.evidence.ndjson',
  )
    .argument('<group>')
    .option('--since <time>', 'from then on; default: the first event', instant)
    .option('--until <time>', 'up to then; default: now', instant)
    .option('--out <file>', 'default: <group>.report.html')
    .action(guard(report)),
];

async function tenures(
  group: string | undefined,
  { since, until, csv, limit = Infinity, ...options }: Source & Window & { csv?: boolean; limit?: number },
): Promise<void> {
  const window = { ...(since && { since }), ...(until && { until }) };
  if (group !== undefined) {
    const all = await ask(options, (audits) => audits.tenures(group, window));
    const last = all.tenures.slice(Math.max(0, all.tenures.length - limit));
    return tenureTables(options, group, { ...all, tenures: last }, csv === true);
  }
  if ((options.file ?? options.store ?? options.archive) !== undefined)
    throw new CliError(2, 'name a group.');
  const query = new URLSearchParams(window).toString();
  if (csv) return tellAllTenures(options, query, limit);
  const all = await request<AllTenuresReply>(options, 'GET', `/v1/tenures?${query}`);
  availabilityTable(options, { ...all, groups: all.groups.slice(0, limit) });
}
