import { parseArgs } from 'node:util';
import { keyInWords, settingsIn } from '@conclave/access';
import { hasPassword } from '@conclave/event-store';
import { ConfigError } from './access-config.js';

type Environment = Record<string, string | undefined>;

export type Origins = ReadonlyMap<string, string>;

/** What a server was told, and where: what comes first in a line counts. */
export interface Told {
  /** As an environment would have it. */
  environment: Environment;
  /** Of each variable that was given: a flag, the environment, or the file. */
  origins: Origins;
  wish: 'serve' | 'print' | 'print-json' | 'help' | 'version';
}

const FILE_VARIABLE = 'CONCLAVE_SERVER_CONFIG';

/** As a flag and as a key of the file: `CONCLAVE_LOG_LEVEL` is `log-level`. */
export const flagOf = (variable: string): string =>
  variable.replace('CONCLAVE_', '').toLowerCase().replaceAll('_', '-');

/** What a variable is called where it was given; of the environment there is nothing to add. */
export function calledWhere(variable: string, origins: Origins): string {
  const from = origins.get(variable) ?? '';
  if (from.startsWith('file ')) return ` (it is "${flagOf(variable)}" in ${from})`;
  return from.startsWith('flag ') ? ` (it is ${from.slice(5)})` : '';
}

/**
 * Flags before the environment before the file that `--config` or CONCLAVE_SERVER_CONFIG names. `known`: every variable.
 * Throws {@link ConfigError} for what is none of them, and for a secret that `ps` would show.
 */
export function gather(argv: readonly string[], environment: Environment, known: readonly string[]): Told {
  const variables = new Map(known.map((variable) => [flagOf(variable), variable]));
  const flags = flagsIn(argv, variables);
  const file = flags.config ?? (environment[FILE_VARIABLE] || undefined);
  const origins = new Map<string, string>();
  const merged: Environment = { ...environment };
  const take = (given: Record<string, string>, from: (variable: string) => string): void => {
    for (const [variable, value] of Object.entries(given)) {
      merged[variable] = value;
      origins.set(variable, from(variable));
    }
  };
  if (file !== undefined) take(valuesIn(file, variables), () => `file ${file}`);
  const given = Object.entries(environment).filter(([name, value]) => known.includes(name) && value !== '');
  take(Object.fromEntries(given) as Record<string, string>, () => 'environment');
  take(flags.values, (variable) => `flag --${flagOf(variable)}`);
  if (flags.values.CONCLAVE_STORE && hasPassword(flags.values.CONCLAVE_STORE))
    throw new ConfigError(
      '--store has a password, which "ps" shows to everybody: put it into a file, and name that in CONCLAVE_STORE_FILE or CONCLAVE_STORE_PASSWORD_FILE',
    );
  return { environment: merged, origins, wish: flags.wish };
}

const WISHES = ['help', 'version', 'print-config', 'json'] as const;

/** Names as flags and keys have them, and the variables that they mean. */
type Names = ReadonlyMap<string, string>;

function flagsIn(argv: readonly string[], variables: Names) {
  const texts = ['config', ...variables.keys()].map((name) => [name, { type: 'string' as const }]);
  const wishes = WISHES.map((name) => [name, { type: 'boolean' as const }]);
  const options = Object.fromEntries([...texts, ...wishes]) as Record<string, { type: 'string' | 'boolean' }>;
  let found: Record<string, string | boolean | undefined>;
  try {
    found = parseArgs({ args: [...argv], options }).values;
  } catch (error) {
    throw new ConfigError(`${(error as Error).message.split('. ')[0]!}. --help shows what there is`);
  }
  const values: Record<string, string> = {};
  for (const [name, variable] of variables)
    if (typeof found[name] === 'string') values[variable] = found[name];
  const print = found['print-config'] && (found.json ? 'print-json' : 'print');
  const wish: Told['wish'] = found.help ? 'help' : found.version ? 'version' : print || 'serve';
  return { values, wish, config: found.config as string | undefined };
}

/** Of a YAML file: keys like flags. */
function valuesIn(file: string, variables: Names): Record<string, string> {
  try {
    return settingsIn(file, (key) => {
      const variable = variables.get(key);
      if (variable !== undefined) return variable;
      const keys = [...variables.keys()].sort().join(', ');
      throw new Error(`configuration file "${file}": there is no ${keyInWords(key)}; keys are ${keys}`);
    });
  } catch (error) {
    throw new ConfigError((error as Error).message, { cause: error });
  }
}
