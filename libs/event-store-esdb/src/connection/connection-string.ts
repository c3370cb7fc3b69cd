import { EventStoreDBClient, type Credentials } from '@eventstore/db-client';
import { StoreUnusable } from '@conclave/event-store';
import { pemIn, PEM_OPTIONS } from './tls-faults.js';

/** Shape of `esdb://user:password@host:2113,host:2113/?key=value` (facts 1.1). */
const SHAPE = /^(esdb|esdb\+discover):\/\/(?:([^@?]*)@)?([^@/?]+)\/?(?:\?(.*))?$/;
const HOST = /^[A-Za-z0-9._-]+(?::(\d{1,5}))?$/;
const DEFAULT_PORT = 2113;
/** What an option may be, and in words. The client takes 5s for 5 ms, and a limit of -1 or of a month for 1 ms. */
type Form = readonly [form: RegExp, words: string];
const ANYTHING: Form = [/^/, ''];
const SWITCH: Form = [/^(true|false)$/, 'true or false'];
const PAUSE: Form = [/^(-1|\d{1,9})$/, 'a whole number of milliseconds, or -1 for never'];
const LIMIT: Form = [/^[1-9]\d{0,8}$/, 'a whole number of milliseconds, 1 at the least'];
const SECONDS: Form = [/^(?=.*[1-9])\d{1,6}(\.\d+)?$/, 'a number of seconds'];
const OPTIONS = new Map([
  ['tls', SWITCH],
  ['tlscafile', ANYTHING],
  ['tlsverifycert', SWITCH],
  ['usercertfile', ANYTHING],
  ['userkeyfile', ANYTHING],
  ['connectionname', ANYTHING],
  ['nodepreference', ANYTHING],
  ['maxdiscoverattempts', ANYTHING],
  ['discoveryinterval', ANYTHING],
  ['gossiptimeout', SECONDS],
  ['keepaliveinterval', PAUSE],
  ['keepalivetimeout', LIMIT],
  ['defaultdeadline', LIMIT],
  ['throwonappendfailure', ANYTHING],
]);
/**
 * Of the client's own discovery, which is never used (facts 12); `throwOnAppendFailure=false` would turn a
 * conflict into an ordinary answer (2.7).
 */
const NOT_FOR_THE_CLIENT = [
  'nodepreference',
  'maxdiscoverattempts',
  'discoveryinterval',
  'gossiptimeout',
  'throwonappendfailure',
];
const PREFERENCES = ['leader', 'follower', 'random', 'readonlyreplica'] as const;
/** Which node a subscription should be at; writes and reads are always the leader's. */
export type Preference = (typeof PREFERENCES)[number];
const GOSSIP_SECONDS = 2;
const EXAMPLE =
  'A right one is esdb://localhost:2113?tls=false, or esdb+discover://user:password@cluster.example:2113.';

const USER_FORM = 'before the @ must stand user:password, percent-encoded: : is written as %3A, ? as %3F';

export interface Keepalive {
  intervalMs: number;
  timeoutMs: number;
}
export interface Endpoint {
  host: string;
  port: number;
}
export const addressOf = ({ host, port }: Endpoint): string => `${host}:${port}`;

/** What a connection string says, checked. */
export interface Target {
  /** Without user and password. */
  name: string;
  kind: 'node' | 'nodes' | 'discover';
  seeds: Endpoint[];
  /** For what is asked past the driver; the driver has them from the string itself. Null: none are named. */
  credentials: Credentials | null;
  isSecure: boolean;
  options: ReadonlyMap<string, string>;
  preference: Preference;
  gossipMs: number;
  /** Makes a client of one fixed node that has not connected yet. Two clients never share a connection. */
  clientOf(endpoint: Endpoint): EventStoreDBClient;
}

/** Throws {@link StoreUnusable} for what can never work. */
export function targetOf(connectionString: string, keepalive: Keepalive): Target {
  const [, scheme, user, hostList, query] = SHAPE.exec(connectionString.trim()) ?? [];
  if (!scheme || !hostList) throw refused('it does not look like esdb://host:port?key=value');
  // who wrote a ? into the password: what looks like hosts and options is a part of it
  if (user === undefined && query?.includes('@') && !hostList.split(',').every((host) => HOST.test(host)))
    throw refused(USER_FORM);
  const seeds = hostList.split(',').map(endpointOf);
  const options = optionsOf(query);
  const credentials = user === undefined ? null : credentialsOf(user);
  const isSecure = options.get('tls') !== 'false';
  if (isSecure && options.get('tlsverifycert') === 'false') {
    throw refused(
      'tlsVerifyCert=false has no effect in this client; name the certificate authority with tlsCAFile=…',
    );
  }
  const preference = (options.get('nodepreference') ?? 'leader')
    .toLowerCase()
    .replaceAll(/[-_]/g, '') as Preference;
  if (!PREFERENCES.includes(preference))
    throw refused(
      `nodePreference=${options.get('nodepreference')} is not one of leader, follower, random, read_only_replica`,
    );
  const userPart = user === undefined ? '' : `${user}@`;
  const client = clientMaker(userPart, options, keepalive, isSecure);
  client(seeds[0]!); // says now what is wrong with the options
  return {
    name: `${scheme}://${hostList}${query ? `?${query}` : ''}`,
    kind: scheme === 'esdb+discover' ? 'discover' : seeds.length > 1 ? 'nodes' : 'node',
    seeds,
    credentials,
    isSecure,
    options,
    preference,
    gossipMs: Number(options.get('gossiptimeout') ?? GOSSIP_SECONDS) * 1_000,
    clientOf: client,
  };
}

/**
 * Clients of equal options would share a connection inside gRPC, and with it the pause before a next attempt,
 * which grows to minutes while a node is away. So each gets a keepalive of its own, by a millisecond.
 */
function clientMaker(
  userPart: string,
  options: ReadonlyMap<string, string>,
  keepalive: Keepalive,
  isSecure: boolean,
): Target['clientOf'] {
  let made = 0;
  const base = new Map([
    ['keepaliveinterval', String(keepalive.intervalMs)],
    ['keepalivetimeout', String(keepalive.timeoutMs)],
    ...options,
  ]);
  for (const option of NOT_FOR_THE_CLIENT) base.delete(option);
  return (endpoint) => {
    if (isSecure) for (const option of PEM_OPTIONS) pemIn(base, option); // the client does not say which file it is
    const own = new Map(base);
    const timeoutMs = Number(base.get('keepalivetimeout'));
    own.set('keepalivetimeout', String(timeoutMs + (made++ % 1_000)));
    const text = [...own].map(([key, value]) => `${key}=${encodeURIComponent(value)}`).join('&');
    return quietly(() =>
      EventStoreDBClient.connectionString(`esdb://${userPart}${addressOf(endpoint)}?${text}`),
    );
  };
}

function endpointOf(text: string): Endpoint {
  const match = HOST.exec(text);
  const port = Number(match?.[1] ?? DEFAULT_PORT);
  if (!match || port < 1 || port > 65_535)
    throw refused(`"${text}" is not a host name with an optional port`);
  return { host: text.split(':')[0]!, port };
}

/** Values decoded. Of one that cannot be used nothing is told but its name: it may be a part of a password. */
function optionsOf(query: string | undefined): Map<string, string> {
  const options = new Map<string, string>();
  for (const pair of query ? query.split('&') : []) {
    const [, key, value] = /^([\w-]+)=(.+)$/.exec(pair) ?? [];
    const known = key?.toLowerCase().replaceAll(/[-_]/g, '');
    const form = OPTIONS.get(known ?? '');
    if (!form) throw refused(`behind the ? stands ${key ? `"${key}", which` : 'what'} is no option of it`);
    if (!form[0].test(value!)) throw refused(`"${key}" must be ${form[1]}`);
    options.set(known!, decoded(value!, `"${key}" is`));
  }
  return options;
}

function decoded(text: string, whatIs: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw refused(`${whatIs} not percent-encoded correctly`);
  }
}

function credentialsOf(user: string): Credentials {
  const parts = user.split(':');
  // The client cuts a password at its first colon without a word (facts 1.1).
  if (parts.length !== 2 || parts.includes('')) throw refused(USER_FORM);
  const [username, password] = parts.map((part) => decoded(part, 'user or password are')) as [string, string];
  return { username, password };
}

/**
 * The client warns on the console with the whole string, password included, and of each keepalive under 10 s.
 */
function quietly(make: () => EventStoreDBClient): EventStoreDBClient {
  const { warn } = console;
  console.warn = () => undefined;
  try {
    return make();
  } catch (error) {
    throw refused((error as Error).message.replace(/\.$/, ''));
  } finally {
    console.warn = warn;
  }
}

const refused = (why: string): StoreUnusable =>
  new StoreUnusable(`the EventStoreDB connection string cannot be used: ${why}. ${EXAMPLE}`);
