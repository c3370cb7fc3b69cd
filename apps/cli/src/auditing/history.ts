import { Command } from 'commander';
import type { HistoryEventReply, HistoryPage } from '@conclave/contract';
import { actorInWords } from '@conclave/election';
import { CliError } from '../remote/cli-error.js';
import { request, streamed, type Reach } from '../remote/client.js';
import {
  ARCHIVE,
  groupPath,
  guard,
  instant,
  reachable,
  wholeNumber,
  withExamples,
} from '../terminal/options.js';
import { lineOf, sealedInWords, show } from '../terminal/output.js';
import { ask } from './asking.js';

interface Filters extends Reach {
  type?: string;
  runner?: string;
  actor?: string;
  since?: string;
  until?: string;
  from: number;
  to?: number;
  follow?: boolean;
  archive?: string[];
}

/** `history`: what happened, in words. */
export const history = (): Command =>
  withExamples(
    reachable(new Command('history').description('what happened in a group, oldest first, in words'))
      .argument('<group>')
      .option('--type <types>', 'only these, with commas between')
      .option('--runner <runner>', 'only what is about this runner')
      .option(
        '--actor <name>',
        'only what this person (or operator:ana, runner:r1, system:presence) did, and what came of it',
      )
      .option('--since <time>', 'from then on', instant)
      .option('--until <time>', 'up to then', instant)
      .option('--from <version>', 'from this version on', wholeNumber, 1)
      .option('--to <version>', 'up to this version', wholeNumber)
      .option('--follow', 'and whatever comes, until Ctrl-C')
      .option(...ARCHIVE)
      .action(guard(tell)),
    'history deploy --type LeaderElected,LeadershipEnded',
    'history deploy --actor ana --since 2026-11-24T00:00:00Z',
    'history deploy --follow',
  );

async function tell(group: string, { follow, archive, ...options }: Filters): Promise<void> {
  if (archive) return tellWhole(group, { ...options, archive });
  const { type, runner, actor, since, until, to } = options;
  const path = (more: object): string => {
    const given = Object.entries({ type, runner, actor, since, until, to, ...more }).filter(
      ([, value]) => value !== undefined,
    );
    const query = new URLSearchParams(given.map(([name, value]): [string, string] => [name, String(value)]));
    return `${groupPath(group, 'history')}?${query.toString()}`;
  };
  if (follow) return tellOn(options, path);
  let page: HistoryPage = await request(options, 'GET', path({ limit: 1000, from: options.from }));
  if (page.sealed && options.from === 1 && !options.json) console.log(sealedInWords(page.sealed));
  if (page.next === null) return showAll(options, page.events);
  // a long one is told as it comes, and never held
  if (!options.json && !process.stdout.isTTY) console.log(lineOf(HEAD));
  for (let isFirst = true; ; isFirst = false) {
    for (const [n, event] of page.events.entries())
      console.log(
        options.json ? `${isFirst && n === 0 ? '[' : ','}${JSON.stringify(event)}` : lineOf(rowOf(event)),
      );
    if (page.next === null) break;
    page = await request(options, 'GET', path({ limit: 1000, from: page.next }));
  }
  if (options.json) console.log(']');
}

/** With what archives have. */
async function tellWhole(group: string, options: Filters & { archive: string[] }): Promise<void> {
  const { type, runner, actor, since, until, from, to = Infinity, ...source } = options;
  if ([type, runner, actor, since, until].some((filter) => filter !== undefined))
    throw new CliError(2, '--archive takes --from and --to only.');
  const events = await ask(source, (audits) => audits.between(group, from - 1, to));
  const rows = events.map(({ version, at, words }) => [version, at, words.replaceAll('; ', ';\n')]);
  show(source, events, ['#', 'time', 'what happened'], rows);
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

/**
 * For ever, unless an end was asked for: a server that stops is left for whichever answers, at the event that
 * comes next.
 */
async function tellOn(options: Filters, path: (more: object) => string): Promise<void> {
  let { from } = options;
  for (let isFirst = true; ; isFirst = false) {
    try {
      for await (const e of streamed<HistoryEventReply>(options, path({ from, follow: true }))) {
        from = e.version + 1;
        console.log(options.json ? JSON.stringify(e) : lineOf([e.version, e.meta.at, e.words]));
      }
      const isEnded =
        (options.until !== undefined && options.until < new Date().toISOString()) ||
        (options.to !== undefined && from > options.to);
      if (isEnded) return;
    } catch (error) {
      if (isFirst || !(error instanceof CliError) || error.exitCode !== 4) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, 1_000));
  }
}
