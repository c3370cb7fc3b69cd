import { randomUUID } from 'node:crypto';

export interface RunnerOptions {
  /** Address of a Conclave server, or several: any of them will do. */
  url: string | readonly string[];
  group: string;
  id: string;
  token?: string;
  platform?: string;
  labels?: Record<string, string>;
  priority?: number;
  /** Active at once, without a first heartbeat. */
  ready?: boolean;
  /** Uuid of this process life; a random one by default. */
  incarnation?: string;
  /** Incarnation that your supervisor knows to be dead: its lease need not be waited for. */
  previousExited?: string;
  /** How far clock rates may differ, 0.01 = 1 %; the same as the server's CONCLAVE_MAX_DRIFT. */
  maxDrift?: number;
  /** Signals that make the runner stop its work, resign, and then let the process end. Default: SIGTERM. */
  signals?: readonly NodeJS.Signals[];
}

/** `connecting`: no answer yet. `lost`: led, but the lease is gone. `superseded` and `stopped` are final. */
export type RunnerStatus = 'connecting' | 'standby' | 'leading' | 'revoked' | 'lost' | 'superseded' | 'stopped';

/** What the work gets. Every side effect should carry `term` to its resource, which refuses lower ones (fencing). */
export interface LeadContext {
  readonly term: number;
  /** Aborts before anybody else can be elected; reason is LeadershipOver. Stop, then return. */
  readonly signal: AbortSignal;
  /** Throws LeadershipOver if the term is over by this machine's clocks. Call it before each side effect. */
  assertLeading(): void;
  /** Milliseconds left of the lease. */
  remainingMs(): number;
  /** Conclave's signed statement that this runner holds the term, for a resource that has a {@link TermGate}; null when the lease is over. */
  certificate(): string | null;
}

/** Returns when it has stopped. Returning while still leading means "done for now": the runner resigns. */
export type Work = (context: LeadContext) => Promise<void> | void;

export type Settled = RunnerOptions & { urls: readonly string[]; incarnation: string; maxDrift: number; signals: readonly NodeJS.Signals[] };

export function settled(options: RunnerOptions): Settled {
  const urls = [options.url].flat().map((url) => url.replace(/\/+$/, ''));
  if (urls.length === 0 || !urls.every((url) => URL.canParse(url))) {
    throw new TypeError(`Runner: url must be like http://127.0.0.1:7600, not ${JSON.stringify(options.url)}`);
  }
  for (const name of ['group', 'id'] as const) {
    if (!/^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/.test(options[name])) throw new TypeError(`Runner: ${name} "${options[name]}" is not a valid id`);
  }
  return { maxDrift: 0.01, signals: ['SIGTERM'], ...options, urls, incarnation: options.incarnation ?? randomUUID() };
}
