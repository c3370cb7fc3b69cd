import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { z } from 'zod';
import { DEFAULT_PREFIX, STORE_VARIABLES, nameStore } from '@conclave/event-store';
import { randomUuid } from '@conclave/kernel';
import { harmless } from './shown.js';
import { count, LIMIT_VARIABLES, limitsFrom, Numeral, type Limits } from './limits.js';
import { calledWhere, type Origins } from './sources.js';
import { ACCESS_VARIABLES, checkedAuth, ConfigError, listed, tlsOf, type TlsFiles } from './access-config.js';

export { accessWarnings, ConfigError, isLoopback, namedBy, type TlsFiles } from './access-config.js';

const STORE = /^(sqlite:.+|esdb(\+discover)?:\/\/.+)/;

/** What is done with it is a path put behind it. */
function isPlainUrl(text: string): boolean {
  const url = URL.canParse(text) ? new URL(text) : null;
  const isHttp = url?.protocol === 'http:' || url?.protocol === 'https:';
  return isHttp && `${url.username}${url.password}${url.search}${url.hash}` === '';
}

const isHost = (text: string): boolean => isIP(text) !== 0 || /^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/i.test(text);
/** Else it would begin a new log beside the one that is meant. */
const isClean = (text: string): boolean => text === text.trim() && !/\p{Cc}/u.test(text);

/** Environment of the server. Everything has a default; a wrong value stops the start. */
const Environment = z.object({
  CONCLAVE_HOST: z
    .string()
    .refine(isHost, 'must be an address like 127.0.0.1 or ::1, or a host name; the port is CONCLAVE_PORT')
    .default('127.0.0.1'),
  CONCLAVE_PORT: count(0, 65_535, 7_600, '0 (any free port)'),
  CONCLAVE_STORE: z
    .string()
    .regex(STORE, 'must be sqlite:<file>, sqlite::memory:, esdb://<host> or esdb+discover://<host>')
    .refine(isClean, 'has a blank at its end, or a control character (an environment file of Windows?)')
    .default('sqlite:./data/conclave.db'),
  CONCLAVE_LOG_LEVEL: z
    .enum(
      ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'],
      'must be fatal, error, warn, info, debug, trace or silent',
    )
    .default('info'),
  CONCLAVE_LOG_FORMAT: z
    .enum(['auto', 'json', 'pretty'], 'must be auto (pretty at a terminal, else JSON), json or pretty')
    .default('auto'),
  CONCLAVE_INSTANCE: z.guid('must be a uuid, different for each server').toLowerCase().default(randomUuid),
  CONCLAVE_STREAM_PREFIX: z
    .string()
    .regex(
      /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/,
      'must be letters, digits, ".", "_" or "-", a letter or digit first, 64 at most',
    )
    .default(DEFAULT_PREFIX),
  CONCLAVE_WAIT_FOR_STORE: z.enum(['true', 'false'], 'must be true or false').default('false'),
  CONCLAVE_ACCEPT_LOG: z
    .string()
    .regex(/^[0-9a-f]{16}$/, 'must be the digest that the server printed when it stopped: 16 hex digits')
    .optional(),
  CONCLAVE_MAX_DRIFT: Numeral.pipe(
    z.number().min(0, 'must be 0 to 0.5').max(0.5, 'must be 0 to 0.5'),
  ).default(0.01),
  CONCLAVE_METRICS_GROUPS: count(0, 100_000, 1_000, '0 (none)'),
  CONCLAVE_WITNESSES: z
    .string()
    .transform(listed)
    .refine(
      (urls) => urls.every(isPlainUrl) && new Set(urls).size === urls.length,
      'must be URLs of witnesses like http://witness-1:7700, each once, without user or query, separated by commas',
    )
    .default([]),
  CONCLAVE_WEBHOOKS: z.string().optional(),
  ...ACCESS_VARIABLES,
  ...LIMIT_VARIABLES,
});

export interface Config {
  host: string;
  port: number;
  store: string;
  logLevel: z.infer<typeof Environment>['CONCLAVE_LOG_LEVEL'];
  logFormat: z.infer<typeof Environment>['CONCLAVE_LOG_FORMAT'];
  instance: string;
  maxDrift: number;
  /** Put before every stream name in EventStoreDB, so that several Conclaves can share one. */
  prefix: string;
  /**
   * Serve, not ready, also while the store refuses access or cannot be trusted: somebody will mend that
   * there.
   */
  waitForStore: boolean;
  /** Digest of a log that is not the one that was known, and that is accepted as it is. */
  acceptLog: string | undefined;
  /** So many groups have metrics of their own. */
  metricsGroups: number;
  /** URLs of those who co-sign checkpoints. */
  witnesses: readonly string[];
  /** Who asks must show a credential. */
  isAuthOn: boolean;
  /** Somebody said in so many words that it is off. */
  isAuthWaived: boolean;
  /** File of static tokens; default: beside the store. */
  tokens: string | undefined;
  /** File that says whose tokens and certificates count, and for what. */
  access: string | undefined;
  /** File that says who is told of what. */
  webhooks: string | undefined;
  tls: TlsFiles | undefined;
  /** Names by which browsers may call this server, besides the address that it listens on. */
  allowedHosts: readonly string[];
  /** Web pages of these origins may read what it answers. */
  corsOrigins: readonly string[];
  limits: Limits;
}

/** Values in force, by variable. Throws {@link ConfigError}, which says where a wrong one was given. */
export function valuesFrom(
  environment: Record<string, string | undefined>,
  origins: Origins = new Map(),
): z.infer<typeof Environment> {
  const given = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ''));
  const named = nameStore(given, (path) => readFileSync(path, 'utf8'));
  if (named !== null) given.CONCLAVE_STORE = named;
  const parsed = Environment.safeParse(given);
  if (!parsed.success) {
    throw new ConfigError(
      parsed.error.issues
        .map(({ path, message }) => {
          const variable = String(path[0]);
          const value = harmless(environment[variable] ?? '');
          return `${variable}="${value}": ${message}${calledWhere(variable, origins)}`;
        })
        .join('; '),
    );
  }
  return parsed.data;
}

export const configFrom = (environment: Record<string, string | undefined>): Config =>
  configOf(valuesFrom(environment));

/** Throws {@link ConfigError} for values that do not go together. */
export function configOf(e: z.infer<typeof Environment>): Config {
  const isAuthOn = checkedAuth(e, e.CONCLAVE_HOST);
  return {
    host: e.CONCLAVE_HOST,
    port: e.CONCLAVE_PORT,
    store: e.CONCLAVE_STORE,
    logLevel: e.CONCLAVE_LOG_LEVEL,
    logFormat: e.CONCLAVE_LOG_FORMAT,
    instance: e.CONCLAVE_INSTANCE,
    maxDrift: e.CONCLAVE_MAX_DRIFT,
    prefix: e.CONCLAVE_STREAM_PREFIX,
    waitForStore: e.CONCLAVE_WAIT_FOR_STORE === 'true',
    acceptLog: e.CONCLAVE_ACCEPT_LOG,
    metricsGroups: e.CONCLAVE_METRICS_GROUPS,
    witnesses: e.CONCLAVE_WITNESSES,
    isAuthOn,
    isAuthWaived: e.CONCLAVE_AUTH === 'off',
    tokens: e.CONCLAVE_TOKENS,
    access: e.CONCLAVE_ACCESS,
    webhooks: e.CONCLAVE_WEBHOOKS,
    tls: tlsOf(e),
    allowedHosts: e.CONCLAVE_ALLOWED_HOSTS,
    corsOrigins: e.CONCLAVE_CORS_ORIGINS,
    limits: limitsFrom(e),
  };
}

/** Of the command line; a shell that uses both has them set. */
const OF_THE_CLI = [
  'CONCLAVE_URL',
  'CONCLAVE_TOKEN',
  'CONCLAVE_TOKEN_FILE',
  'CONCLAVE_CA',
  'CONCLAVE_CERT',
  'CONCLAVE_KEY',
  'CONCLAVE_ACTOR',
  'CONCLAVE_CONFIG',
  'CONCLAVE_SERVER_CONFIG',
];
const OF_THE_SERVER = [...Object.keys(Environment.shape), ...STORE_VARIABLES];
/** Every variable that means something to a server; the table in docs/configuration.md is these. */
export const KNOWN_VARIABLES: readonly string[] = [...new Set(OF_THE_SERVER)];
const KNOWN = new Set([...KNOWN_VARIABLES, ...OF_THE_CLI]);

/** Variables that look like ours but are not: most likely misspelt. */
export const unknownVariables = (environment: Record<string, string | undefined>): string[] =>
  Object.keys(environment).filter(
    (name) => name.startsWith('CONCLAVE_') && !KNOWN.has(name) && name !== 'CONCLAVE_CHILD',
  );
