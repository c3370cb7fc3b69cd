import { EventStoreDBClient, type Credentials } from '@eventstore/db-client';
import { StoreUnusable } from '@conclave/event-store';

/** Shape of `esdb://user:password@host:2113,host:2113/?key=value` (facts 1.1). */
const SHAPE = /^(esdb|esdb\+discover):\/\/(?:([^@?]*)@)?([^@/?]+)\/?(?:\?(.*))?$/;
const HOST = /^[A-Za-z0-9._-]+(?::(\d{1,5}))?$/;
const OPTIONS = new Set([
  'tls',
  'tlscafile',
  'tlsverifycert',
  'usercertfile',
  'userkeyfile',
  'connectionname',
  'nodepreference',
  'maxdiscoverattempts',
  'discoveryinterval',
  'gossiptimeout',
  'keepaliveinterval',
  'keepalivetimeout',
  'defaultdeadline',
  'throwonappendfailure',
]);
/** We repeat ourselves, and a discovery that goes on for the client's 50 s would hold up a process that ends. */
const DISCOVERY = { maxdiscoverattempts: 3, gossiptimeout: 2 };
const EXAMPLE = 'A right one is esdb://localhost:2113?tls=false, or esdb+discover://user:password@cluster.example:2113.';

export interface Keepalive {
  intervalMs: number;
  timeoutMs: number;
}

export interface Connection {
  client: EventStoreDBClient;
  /** Without user and password. */
  name: string;
  /** Given to every append, because that is the only switch to the classic `Append` call (facts 0.1). */
  credentials: Credentials;
  /** One fixed host: nothing is discovered, so that its channel can be had without any traffic. */
  isSingle: boolean;
}

/** Makes a client that has not connected yet. Throws {@link StoreUnusable} for what can never work. */
export function connectionOf(connectionString: string, keepalive: Keepalive): Connection {
  const [, scheme, user, hostList, query] = SHAPE.exec(connectionString.trim()) ?? [];
  if (!scheme || !hostList) throw refused('it does not look like esdb://host:port?key=value');
  const hosts = hostList.split(',');
  const odd = hosts.find((host) => !isHost(host));
  if (odd !== undefined) throw refused(`"${odd}" is not a host name with an optional port`);
  const options = optionsOf(query);
  const given = user === undefined ? null : credentialsOf(user);
  const isSecure = options.get('tls') !== 'false';
  if (isSecure && options.get('tlsverifycert') === 'false') {
    throw refused('tlsVerifyCert=false has no effect in this client; name the certificate authority with tlsCAFile=…');
  }
  const defaults = { keepaliveinterval: keepalive.intervalMs, keepalivetimeout: keepalive.timeoutMs, ...DISCOVERY };
  for (const [key, value] of Object.entries(defaults)) if (!options.has(key)) options.set(key, String(value));
  options.delete('throwonappendfailure'); // false would turn a conflict into an ordinary answer (facts 2.7)
  const text = [...options].map(([key, value]) => `${key}=${value}`).join('&');
  return {
    client: clientOf(`${scheme}://${user === undefined ? '' : `${user}@`}${hostList}?${text}`),
    name: `${scheme}://${hostList}${query ? `?${query}` : ''}`,
    // Without TLS nothing is ever sent of these (facts 1.1); over TLS without a user, the server says access denied.
    credentials: given ?? { username: 'conclave', password: 'conclave' },
    isSingle: scheme === 'esdb' && hosts.length === 1,
  };
}

function isHost(text: string): boolean {
  const match = HOST.exec(text);
  return match !== null && (match[1] === undefined || (Number(match[1]) > 0 && Number(match[1]) < 65_536));
}

function optionsOf(query: string | undefined): Map<string, string> {
  const options = new Map<string, string>();
  for (const pair of query ? query.split('&') : []) {
    const [key = '', value = ''] = pair.split('=');
    const known = key.toLowerCase().replaceAll(/[-_]/g, '');
    if (!OPTIONS.has(known) || value === '') throw refused(`"${pair}" is not an option of it`);
    options.set(known, value);
  }
  return options;
}

function credentialsOf(user: string): Credentials {
  const parts = user.split(':');
  // The client cuts a password at its first colon without a word (facts 1.1).
  if (parts.length !== 2 || parts.includes('')) throw refused('before the @ must stand user:password, with : written as %3A');
  try {
    const [username, password] = parts.map(decodeURIComponent) as [string, string];
    return { username, password };
  } catch {
    throw refused('user or password are not percent-encoded correctly');
  }
}

/** The client warns on the console with the whole string, password included, and of each keepalive under 10 s. */
function clientOf(connectionString: string): EventStoreDBClient {
  const { warn } = console;
  console.warn = () => undefined;
  try {
    return EventStoreDBClient.connectionString(connectionString);
  } catch (error) {
    throw refused((error as Error).message.replace(/\.$/, ''));
  } finally {
    console.warn = warn;
  }
}

const refused = (why: string): StoreUnusable => new StoreUnusable(`the EventStoreDB connection string cannot be used: ${why}. ${EXAMPLE}`);
