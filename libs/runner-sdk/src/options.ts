import { randomUUID } from 'node:crypto';
import { accessSync, constants as access, statSync } from 'node:fs';
import { constants } from 'node:os';
import { checkOptions, GROUP, isObject, isText, isTextOr, type Must } from './checking/checked-options.js';
import { TOKEN } from './http/trust.js';

export interface RunnerOptions {
  /** Address of a Conclave server, or several: any of them will do. */
  url: string | URL | readonly (string | URL)[];
  group: string;
  id: string;
  /** Credential, where the servers ask for one: itself, or a file that holds it and may be renewed. */
  token?: string;
  tokenFile?: string;
  /** Of the group: the runner registers with it, and gets a credential of its own. */
  joinToken?: string;
  /** Files in PEM: authorities that vouch for the servers; a certificate that this runner shows, and its key. */
  ca?: string;
  cert?: string;
  key?: string;
  platform?: string;
  labels?: Record<string, string>;
  priority?: number;
  /** Active at once, without a first heartbeat. */
  ready?: boolean;
  /** Uuid of this process life; a random one by default. */
  incarnation?: string;
  /** Incarnation that your supervisor knows to be dead: its lease need not be waited for. */
  previousExited?: string;
  /** What only this process knows, so that nobody else can speak for it; a random one by default. */
  secret?: string;
  /** The secret of the process that `previousExited` names, if your supervisor gave it one. */
  previousSecret?: string;
  /** How far clock rates may differ, 0.01 = 1 %; the same as the server's CONCLAVE_MAX_DRIFT. */
  maxDrift?: number;
  /**
   * Signals that make the runner stop its work, resign, and then let the process end. With the gate alone it resigns nothing, since
   * nobody knows what is in progress: call `stop()`. Default: SIGTERM and SIGINT (Ctrl-C; a second one ends the process at once).
   */
  signals?: readonly NodeJS.Signals[];
}

/**
 * What the work gets. Every side effect should carry `term` to its resource, which refuses lower ones
 * (fencing).
 */
export interface LeadContext {
  readonly term: number;
  /** Aborts before anybody else can be elected; reason is LeadershipOver. Stop, then return. */
  readonly signal: AbortSignal;
  /** Throws LeadershipOver if the term is over by this machine's clocks. Call it before each side effect. */
  assertLeading(): void;
  /**
   * Milliseconds left of the lease. At the start of a term it may be as little as one heartbeat (L14): its first beat is under way, and
   * renews it for a whole lease.
   */
  remainingMs(): number;
  /**
   * What is left of the lease that was granted last, ms, also when the lead is over (a newer process took over): in a group with
   * leases others are at work when it is 0, and not before.
   */
  leaseLeftMs(): number;
  /** What the last grant gave from when it was asked for, in ms by this machine's clocks: the lease, unless that was changed meanwhile. */
  grantMs(): number;
  /**
   * Conclave's signed statement that this runner holds the term, for a resource that has a {@link TermGate};
   * null when the lease is over.
   */
  certificate(): string | null;
}

/** Returns when it has stopped. Returning while still leading means "done for now": the runner resigns. */
export type Work = (context: LeadContext) => Promise<void> | void;

export type Settled = RunnerOptions & {
  urls: readonly string[];
  incarnation: string;
  secret: string;
  maxDrift: number;
  signals: readonly NodeJS.Signals[];
};

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const SECRET = /^[A-Za-z0-9_-]{32,128}$/;
/** Servers take no half of a pair. */
const WELL_FORMED = /^\P{Cs}*$/u;
const isReadable = (value: unknown): boolean => {
  try {
    accessSync(value as string, access.R_OK);
    return isText(value) && !statSync(value).isDirectory();
  } catch {
    return false;
  }
};

const MUST: Record<keyof RunnerOptions, Must> = {
  url: [
    'like http://127.0.0.1:7600, without user, password, query and fragment, or a list of such',
    (value) => [value].flat().length > 0 && [value].flat().every(isAddress),
  ],
  group: GROUP,
  id: GROUP,
  token: ['one line of ASCII without spaces', isTextOr(TOKEN)],
  tokenFile: ['the path of a file that can be read', isReadable],
  joinToken: ['one line of ASCII without spaces', isTextOr(TOKEN)],
  ca: ['the path of a file that can be read', isReadable],
  cert: ['the path of a file that can be read', isReadable],
  key: ['the path of a file that can be read', isReadable],
  platform: [
    'a text of at most 63 characters',
    (value) => isText(value) && value.length <= 63 && WELL_FORMED.test(value),
  ],
  labels: [
    'an object of at most 32 texts of at most 255 characters; names have 1 to 63, without quotes, backslashes and control characters',
    (value) => isObject(value) && Object.keys(value).length <= 32 && Object.entries(value).every(isLabel),
  ],
  priority: [
    'a whole number from -1000000 to 1000000',
    (value) => Number.isInteger(value) && Math.abs(value as number) <= 1_000_000,
  ],
  ready: ['true or false', (value) => typeof value === 'boolean'],
  incarnation: ['a uuid', isTextOr(UUID)],
  previousExited: ['a uuid', isTextOr(UUID)],
  secret: ['32 to 128 letters, digits, "_" or "-"', isTextOr(SECRET)],
  previousSecret: ['32 to 128 letters, digits, "_" or "-"', isTextOr(SECRET)],
  maxDrift: ['a number from 0 to 0.5', (value) => typeof value === 'number' && value >= 0 && value <= 0.5],
  signals: [
    'a list of signals that there are and that a process can hear, like "SIGTERM"',
    (value) => Array.isArray(value) && value.every((name) => isHeard(String(name))),
  ],
};
const isHeard = (name: string): boolean =>
  Object.hasOwn(constants.signals, name) && name !== 'SIGKILL' && name !== 'SIGSTOP';
const isAddress = (given: unknown): boolean => {
  const value = given instanceof URL ? given.href : given;
  return isText(value) && /^https?:\/\/[^@?#,]*$/.test(value.trim()) && URL.canParse(value); // several with commas are no list
};
/** As servers take them. */
const isLabel = ([name, text]: [string, unknown]): boolean =>
  /^[^\p{Cc}\p{Cs}"\\]+$/u.test(name) &&
  name.length <= 63 &&
  typeof text === 'string' &&
  text.length <= 255 &&
  WELL_FORMED.test(text);
const REQUIRED = ['url', 'group', 'id'] as const;
const CREDENTIALS = ['token', 'tokenFile', 'joinToken'] as const;

/** What is right by itself, but not with the rest. */
function contradictions(options: RunnerOptions): string[] {
  const shown = CREDENTIALS.filter((name) => options[name] !== undefined);
  const isHalf = (options.cert === undefined) !== (options.key === undefined);
  return [
    ...(isHalf ? ['cert and key go together: the certificate, and the key of it'] : []),
    ...(shown.length > 1
      ? [`of ${shown.join(' and ')} only one can be shown to a server: leave the rest out`]
      : []),
  ];
}

/** Throws a TypeError that names every option that is wrong, and what it must be. */
export function settleOptions(given: RunnerOptions): Settled {
  const options = checkOptions('Runner', MUST, REQUIRED, given, contradictions);
  const urls = [options.url].flat().map((url) => String(url).trim().replace(/\/+$/, ''));
  const { maxDrift = 0.01, signals = ['SIGTERM', 'SIGINT'] } = options;
  const { incarnation = randomUUID(), secret = `${randomUUID()}_${randomUUID()}` } = options;
  return { ...options, maxDrift, signals, urls, incarnation, secret };
}

/** What a process says of itself as it registers. */
export const introductionOf = ({
  platform,
  labels,
  priority,
  ready,
  previousExited,
  previousSecret,
}: Settled) => ({ platform, labels, priority, ready, previousExited, previousSecret });
