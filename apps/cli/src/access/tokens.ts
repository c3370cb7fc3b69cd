import { dirname } from 'node:path';
import { makeFolder } from '@conclave/launch';
import { Command, InvalidArgumentError, Option } from 'commander';
import { z } from 'zod';
import type { KeptToken, Role } from '@conclave/access';
import { PERSON_NAME } from '@conclave/contract';
import { serverEnvironment, storeAsked } from '../files/store-at.js';
import { wrongGrant } from './wrong-grant.js';
import { CliError } from '../remote/cli-error.js';
import { counts, tokenCalled } from './token-names.js';
import { warnOnce } from '../remote/telling.js';
import { durationMs, guard, withExamples } from '../terminal/options.js';
import { show } from '../terminal/output.js';

interface Where {
  file?: string;
  json?: boolean;
}
interface Wanted extends Where {
  name: string;
  role: Role[];
  group?: string[];
  runner?: string[];
  expires?: number;
}

/** Where a server that is started here looks for it. */
async function fileOf({ file }: Where): Promise<string> {
  const named = file || (await serverEnvironment()).CONCLAVE_TOKENS;
  if (named) return named;
  const store = await storeAsked(undefined);
  if (store.startsWith('sqlite:') && store !== 'sqlite::memory:')
    return `${store.slice('sqlite:'.length)}.tokens`;
  throw new CliError(2, 'give --file, or set CONCLAVE_TOKENS: where the servers read tokens from.');
}

/** Loaded when it is needed: every other command would wait for it. */
const access = async () => import('@conclave/access');
const ROLES = [
  'join',
  'runner',
  'consumer',
  'auditor',
  'operator',
  'admin',
] as const satisfies readonly Role[];

const several = (text: string, before: string[] | undefined): string[] => [...(before ?? []), text];

function personName(text: string): string {
  if (PERSON_NAME.test(text)) return text;
  throw new InvalidArgumentError('Take a name like "ana": letters, digits, ".", "_", "-", "@", "+".');
}

/** Later than that no date is written as others are. */
const LAST_MS = Date.parse('9999-12-31T23:59:59.999Z');

function lifetimeMs(text: string): number {
  const ms = durationMs(text);
  if (Date.now() + ms <= LAST_MS) return ms;
  throw new InvalidArgumentError('That is after the year 9999. Leave it out: then it does not expire.');
}

const placed = (command: Command): Command =>
  command
    .option(
      '--file <file>',
      'tokens of the servers; default: where a server that is started here looks (CONCLAVE_TOKENS, or <database>.tokens)',
    )
    .option('--json', 'JSON for programs');

const create = (): Command =>
  withExamples(
    placed(new Command('create').description('make a token; it is shown once, and only its hash is kept'))
      .requiredOption('--name <name>', 'whom the record will name', personName)
      .addOption(
        new Option('--role <role...>', 'what it is for; repeat it for more')
          .choices(ROLES)
          .makeOptionMandatory(),
      )
      .option('--group <pattern>', 'groups that it is for, * for any characters; repeat it for more', several)
      .option('--runner <pattern>', 'of a runner or a join token: runners that it is for', several)
      .option('--expires <duration>', 'like 90d; default: never', lifetimeMs),
    "token create --name ana --role operator --group 'deploy*' --expires 90d",
    'token create --name ci --role join --group ci --runner "ci-*"',
    'token create --name ana-dev --role runner --role operator --group deploy',
  ).action(
    guard(async ({ name, role, group = ['*'], runner, expires, ...where }: Wanted) => {
      const { Grant, isOfItsRole, makeToken, ONLY_RUNNERS } = await access();
      const isForSome = (one: Role): boolean => isOfItsRole({ role: one, runners: runner ?? [] });
      if (runner && !role.some(isForSome)) throw new CliError(2, `--runner: ${ONLY_RUNNERS}.`);
      const asked = [...new Set(role)].map((one) => ({
        role: one,
        groups: group,
        ...(runner && isForSome(one) && { runners: runner }),
      }));
      const grants = z.array(Grant).safeParse(asked);
      if (!grants.success)
        throw new CliError(2, wrongGrant(grants.error.issues[0]!, { groups: group, runners: runner }));
      const nowMs = Date.now();
      const expiresAt = expires === undefined ? null : new Date(nowMs + expires).toISOString();
      const createdAt = new Date(nowMs).toISOString();
      const { token, kept } = makeToken({ name, grants: grants.data, createdAt, expiresAt });
      const file = await fileOf(where);
      makeFolder(dirname(file));
      const isTaken = await changing(file, (tokens) => {
        const others = [...tokens.values()].filter((one) => one.name === name && counts(one));
        tokens.set(kept.id, kept);
        return others.length > 0;
      });
      if (isTaken) warnOnce(`warning: another token has the name "${name}", too, and still counts`);
      if (where.json) console.log(JSON.stringify({ id: kept.id, token, expiresAt, file }, null, 2));
      else {
        console.log(token);
        console.error(`kept in ${file} (its hash); servers that read this file take it within a second`);
      }
    }),
  );

const list = (): Command =>
  placed(new Command('list').description('tokens that there are, without the tokens themselves')).action(
    guard(async (where: Where) => {
      const { shownToken } = await access();
      const kept = [...(await reading(await fileOf(where))).values()];
      const shown = kept.map(({ sha256: _, ...token }) => token);
      const rows = kept.map((token) => [
        shownToken(token.id),
        token.name,
        mayInWords(token),
        stateOf(token, Date.now()),
      ]);
      if (rows.length === 0 && !where.json)
        return console.log('there are none; conclave token create makes one');
      show(where, shown, ['token', 'name', 'may', 'state'], rows);
    }),
  );

const revoke = (): Command =>
  placed(new Command('revoke').description('a token is worth nothing any more, within a second'))
    .argument('<token>', 'its prefix as list shows it, or its name, if only one that counts has it')
    .action(
      guard(async (which: string, where: Where) => {
        const { shownToken } = await access();
        const file = await fileOf(where);
        const revoked = await changing(file, (tokens) => {
          const token = tokenCalled(which, [...tokens.values()], file, shownToken);
          if (token.revokedAt === null)
            tokens.set(token.id, { ...token, revokedAt: new Date().toISOString() });
          return tokens.get(token.id)!;
        });
        if (where.json)
          console.log(JSON.stringify({ id: revoked.id, revokedAt: revoked.revokedAt }, null, 2));
        else console.log(`${shownToken(revoked.id)} (${revoked.name}) was revoked at ${revoked.revokedAt}`);
      }),
    );

/** `token`: credentials that servers take. */
export const tokens = (): Command =>
  withExamples(
    new Command('token').description('static tokens that servers take, in a file of theirs'),
    'token create --name ana --role admin',
    'token list',
    'token revoke ana',
  )
    .addCommand(create())
    .addCommand(list())
    .addCommand(revoke());

function mayInWords({ grants }: KeptToken): string {
  return grants
    .map(
      ({ role, groups, runners }) =>
        `${role} of ${groups.join(', ')}${runners ? ` as ${runners.join(', ')}` : ''}`,
    )
    .join('; ');
}

function stateOf({ revokedAt, expiresAt }: KeptToken, nowMs: number): string {
  if (revokedAt !== null) return `revoked at ${revokedAt}`;
  if (expiresAt === null) return 'valid';
  return `${Date.parse(expiresAt) > nowMs ? 'valid until' : 'expired at'} ${expiresAt}`;
}

async function reading(file: string): Promise<ReadonlyMap<string, KeptToken>> {
  return refusing(file, 'read', async () => (await access()).readTokens(file));
}
const changing = async <T>(file: string, change: (tokens: Map<string, KeptToken>) => T): Promise<T> =>
  refusing(file, 'changed', async () => (await access()).changeTokens(file, change));

async function refusing<T>(file: string, done: string, act: () => T | Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    throw error instanceof CliError
      ? error
      : new CliError(3, `the tokens in "${file}" cannot be ${done}: ${(error as Error).message}`);
  }
}
