import type { Command } from 'commander';
import type { HistoryEventReply, HistoryPage } from '@conclave/contract';
import { actorInWords } from '@conclave/election';
import { CliError } from '../remote/cli-error.js';
import { request, type Reach } from '../remote/client.js';
import {
  ARCHIVE,
  groupPath,
  guard,
  instant,
  reachable,
  wholeNumber,
  withExamples,
} from '../terminal/options.js';
import { lineOf, nameColumns, sealedInWords, show } from '../terminal/output.js';
import { ask, type Source } from './asking.js';
import { RemoteAudits, type HistoryPart, type HistoryTold } from '../histories/audits.js';
import { followed } from '../following/history.js';

interface Filters extends Source, HistoryPart {
  limit?: number;
  follow?: boolean;
}
/** A question to the server, with what else is asked of this page. */
type Path = (more: { from: number; limit?: number; follow?: true }) => string;

/** `history`: what happened, in words. */
export const history = (): Command =>
  withExamples(
    reachable('history', 'what happened in a group, oldest first, in words')
      .argument('<group>')
      .option('--type <types>', 'only these, with commas between')
      .option('--runner <runner>', 'only what is about this runner')
      .option(
        '--actor <name>',
        'only what this person (or operator:ana, runner:r1, system:presence) did, and what came of it',
      )
      .option('--since <time>', 'from then on', instant)
      .option('--until <time>', 'up to then', instant)
      .option('--from <version>', 'from this version on; default: the first', wholeNumber)
      .option('--to <version>', 'up to this version', wholeNumber)
      .option('--limit <n>', 'only the last n of them; with --from only the first n', wholeNumber)
      .option('--follow', 'and whatever comes, until Ctrl-C')
      .option('--file <file>', 'read an export or evidence instead of asking a server')
      .option('--store <store>', 'read a store, like sqlite:./data/conclave.db, whose server is stopped')
      .option(...ARCHIVE)
      .action(guard(tell)),
    'history deploy --limit 20',
    'history deploy --type LeaderElected,LeadershipEnded',
    'history deploy --actor ana --since 1h',
    'history deploy --limit 5 --follow',
    'history deploy --file deploy.evidence.ndjson',
  );

async function tell(group: string, { follow, ...options }: Filters): Promise<void> {
  const isOffline = [options.file, options.store, options.archive].some((source) => source !== undefined);
  if (isOffline && follow)
    throw new CliError(
      2,
      '--follow asks a server, and it alone: leave it out with --file, --store, --archive.',
    );
  if (isOffline) return tellOffline(group, options);
  const { type, runner, actor, since, until, to, limit } = options;
  const filters = { type, runner, actor, since, until, to };
  const path: Path = (more) => {
    const given = Object.entries({ ...filters, ...more }).filter(([, value]) => value !== undefined);
    const query = new URLSearchParams(given.map(([name, value]): [string, string] => [name, String(value)]));
    return `${groupPath(group, 'history')}?${query.toString()}`;
  };
  if (limit !== undefined && options.from !== undefined && follow)
    throw new CliError(2, '--limit with --from ends there; --follow does not: leave one of them out.');
  if (limit === undefined && !follow)
    return tellAll(
      options,
      await new RemoteAudits(options).history(group, { ...filters, from: options.from }),
    );
  const past = limit === undefined ? null : await limited(options, path, limit);
  if (past && !follow) return showAll(options, past.events);
  nameColumns(options, TOLD);
  for (const event of past?.events ?? []) tellOne(options, event);
  return tellOn(options, path, past ? past.version + 1 : (options.from ?? 1));
}

/** `version`: as far as the group went then. */
async function limited(
  options: Filters,
  path: Path,
  limit: number,
): Promise<{ events: HistoryEventReply[]; version: number }> {
  const { type, runner, actor, since, until, to } = options;
  const ask = async (from: number, most: number): Promise<HistoryPage> =>
    request(options, 'GET', path({ from, limit: Math.max(1, Math.min(most, 1000)) }));
  let page = await ask(options.from ?? 1, options.from === undefined ? 1 : limit);
  // without filters it is known where the last ones begin
  const isFiltered = [type, runner, actor, since, until, to].some((filter) => filter !== undefined);
  const from = isFiltered ? 1 : Math.max(1, page.version - limit + 1, (page.sealed?.upTo ?? 0) + 1);
  if (options.from === undefined) page = await ask(from, 1000);
  const events: HistoryEventReply[] = [];
  for (;;) {
    events.push(...page.events);
    if (options.from === undefined) events.splice(0, events.length - limit);
    if (page.next === null || (options.from !== undefined && events.length >= limit)) break;
    page = await ask(page.next, 1000);
  }
  return { events: events.slice(0, limit), version: page.version };
}

/** A long one as it comes, never held. */
async function tellAll(options: Filters, { sealed, events }: HistoryTold): Promise<void> {
  const { from = 1, json } = options;
  if (sealed && from === 1 && !json) console.error(sealedInWords(sealed));
  const held: HistoryEventReply[] = [];
  let count = 0;
  const put = (event: HistoryEventReply): void =>
    console.log(json ? `${count++ === 0 ? '[' : ','}${JSON.stringify(event)}` : lineOf(rowOf(event)));
  let isLong = false;
  for await (const event of events) {
    if (!isLong && held.push(event) <= HELD) continue;
    if (isLong) put(event);
    else nameColumns(options, HEAD);
    for (const one of held.splice(0)) put(one);
    isLong = true;
  }
  if (!isLong) return showAll(options, held);
  if (json) console.log(']');
}
/** So many make a table. */
const HELD = 1_000;

/** Of a file or a store, or with what archives have. */
async function tellOffline(group: string, { limit, ...options }: Filters): Promise<void> {
  const { type, runner, actor, since, until, from, to } = options;
  await ask(options, async (audits) => {
    const told = await audits.history(group, { type, runner, actor, since, until, from, to });
    if (limit === undefined) return tellAll(options, told);
    const events: HistoryEventReply[] = [];
    for await (const event of told.events) {
      if (from !== undefined && events.length >= limit) break;
      events.push(event);
      if (events.length > limit) events.shift();
    }
    return showAll(options, events);
  });
}

const rowOf = (e: HistoryEventReply): (string | number)[] => [
  e.version,
  e.meta.at,
  e.type,
  e.words,
  actorInWords(e.meta.actor),
];
const HEAD = ['#', 'time', 'event', 'what happened', 'by'];
/** A terminal that is narrower has no room for more than the words, which say who it was where it was a person. */
const WIDE = 120;

function showAll(options: Reach, events: readonly HistoryEventReply[]): void {
  const isNarrow = process.stdout.isTTY && process.stdout.columns < WIDE;
  const shown = (row: (string | number)[]): (string | number)[] =>
    isNarrow ? row.filter((_, n) => n !== HEAD.indexOf('event') && n !== HEAD.indexOf('by')) : row;
  const rows = events.map(rowOf).map((row) => row.map((cell) => String(cell).replaceAll('; ', ';\n')));
  show(options, events, shown(HEAD) as string[], rows.map(shown));
}

const TOLD = ['#', 'time', 'what happened'];
const tellOne = ({ json }: Reach, event: HistoryEventReply): void =>
  console.log(json ? JSON.stringify(event) : lineOf([event.version, event.meta.at, event.words]));

async function tellOn(options: Filters, path: Path, first: number): Promise<void> {
  const { until, to = Infinity } = options;
  const isOver = (from: number, nowMs: number): boolean =>
    from > to || (until !== undefined && Date.parse(until) < nowMs);
  if (first > to) return;
  const at = (from: number): string => path({ from, follow: true });
  for await (const event of followed(options, at, first, isOver)) tellOne(options, event);
}
