import { Command, InvalidArgumentError, Option } from 'commander';
import * as z from 'zod/mini';
import { ID_PATTERN } from '@conclave/contract';
import { CliError } from '../remote/cli-error.js';
import { tellEnd } from '../remote/telling.js';
import { durationInWords, msIn } from '../remote/meaning/durations.js';

export function durationMs(text: string): number {
  const ms = msIn(text);
  if (ms === null) throw new InvalidArgumentError('Take a number with ms, s, m, h or d, like 15m.');
  return ms;
}

export function wholeNumber(text: string): number {
  if (!/^\d{1,15}$/.test(text)) throw new InvalidArgumentError('Take a whole number, like 7.');
  return Number(text);
}

/** The small zod: of the whole one all is loaded. */
const Instant = z.union([z.iso.datetime({ offset: true }), z.iso.date()]);

/** From this machine's clock back; further than any date goes is no duration that somebody means. */
function ago(ms: number): string {
  const at = new Date(Date.now() - ms);
  if (!(at.getTime() >= 0)) throw new InvalidArgumentError('That is before 1970.');
  return at.toISOString();
}

/**
 * An instant as people write it: `5m` is five minutes ago; else with a zone, or a date alone, which is its midnight in
 * UTC; the API takes one form only.
 */
export function instant(text: string): string {
  const ms = msIn(text);
  if (ms !== null) return ago(ms);
  if (!Instant.safeParse(text).success)
    throw new InvalidArgumentError(
      'Take an instant like 2026-11-24T14:03:00Z, or how long ago it is, like 90s, 5m, 2h or 3d.',
    );
  return new Date(text).toISOString();
}

function refuseToken(): never {
  throw new CliError(
    2,
    '--token is not taken: everybody on this machine can read the command line of a process, and shells keep it: put the token into a file (--token-file) or into CONCLAVE_TOKEN.',
  );
}

/** So that it is said why; itself it is shown nowhere. */
export const refusedToken = (): Option => new Option('--token <token>').hideHelp().argParser(refuseToken);

/** A command that asks a server: with how to reach it, and as whom. */
export const reachable = (name: string, description: string): Command =>
  new Command(name)
    .description(description)
    .option(
      '--url <url>',
      'servers, with commas between: the first that is there is asked; default: CONCLAVE_URL, the config file, or port 7600 (CONCLAVE_PORT) of this machine',
    )
    .option(
      '--token-file <file>',
      'file that holds your credential; default: CONCLAVE_TOKEN_FILE, or CONCLAVE_TOKEN itself',
    )
    .addOption(refusedToken())
    .option('--ca <file>', 'PEM: who vouches for the server; default: CONCLAVE_CA')
    .option('--cert <file>', 'PEM: certificate that you show; default: CONCLAVE_CERT')
    .option('--key <file>', 'PEM: its key; default: CONCLAVE_KEY')
    .option(
      '--as <name>',
      'who you are in the record; default: CONCLAVE_ACTOR, the config file, or your user name',
    )
    .option('--json', 'JSON for programs');

/** For what is not in the log any more. */
export const ARCHIVE: [string, string, (text: string, before: string[] | undefined) => string[]] = [
  '--archive <file>',
  'an archive of what is sealed; repeat it for more',
  (text, before) => [...(before ?? []), text],
];

export function withExamples(command: Command, ...lines: string[]): Command {
  for (const option of command.options)
    if (option.parseArg === (durationMs as never) && typeof option.defaultValue === 'number')
      option.defaultValueDescription = durationInWords(option.defaultValue); // as it would be written
  return command.addHelpText(
    'after',
    `\nExample${lines.length > 1 ? 's' : ''}:\n${lines.map((line) => `  $ conclave ${line}\n`).join('')}`,
  );
}

const WINDOWS = [
  ['since', 'until'],
  ['from', 'to'],
] as const;

/** One the wrong way round would find nothing, and say so as if nothing had been. */
function checkWindow(given: Record<string, unknown>): void {
  for (const [first, last] of WINDOWS) {
    const [begin, end] = [given[first], given[last]];
    const isWindow = ['string', 'number'].includes(typeof begin) && typeof begin === typeof end;
    if (isWindow && (begin as string) > (end as string))
      throw new CliError(2, `--${last} is before --${first}.`);
  }
}

/** Runs an action; a refusal is told on stderr, with the exit code that it names. */
export const guard =
  <A extends unknown[]>(action: (...args: A) => Promise<unknown>) =>
  async (...args: A): Promise<void> => {
    try {
      checkWindow((args.at(-2) ?? {}) as Record<string, unknown>); // commander: arguments, options, the command
      await action(...args);
    } catch (error) {
      tellEnd(error);
    }
  };

/** Throws {@link CliError} for what would name another path, or none. */
export function groupPath(...parts: string[]): string {
  const wrong = parts.find((part) => !ID_PATTERN.test(part));
  if (wrong !== undefined)
    throw new CliError(
      2,
      wrong
        ? `"${wrong}" is no id: that is a letter or digit, then letters, digits, ".", "_" or "-", 63 at most.`
        : 'an id is empty: is a variable not set?',
    );
  return `/v1/groups/${parts.map(encodeURIComponent).join('/')}`;
}
