import type { Agent, AgentOptions, ClientRequest, IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { CONNECT_MS, goesOnConnecting, linger, notConnected } from './connecting.js';

if (!('getBuiltinModule' in process))
  throw new Error(
    `@conclave/runner-sdk needs Node 20.19, 22.12 or newer; this is Node ${(process as NodeJS.Process).versions.node}`,
  );
/** Not imported: that reads each name that the module has, one of which loads all of `fetch`. */
const http = process.getBuiltinModule('node:http');

/** A connection that nobody uses for so long is closed; by servers after 72 s, unless they say less themselves. */
const IDLE_MS = 60_000;

export interface Asked {
  method?: string;
  headers?: Record<string, string>;
  body?: string;
  signal?: AbortSignal;
  /** It stays open. */
  isStream?: true;
  /** Called when a connection is there for it. */
  connected?: (() => void) | undefined;
  /**
   * Called with an answer that comes after the signal has given it up for its lateness. Only such a request comes to its end then: it
   * must do no harm, whatever was asked since.
   */
  late?: ((answer: Answer) => unknown) | undefined;
}

/** As much of a `Response` as is looked at. */
export interface Answer {
  status: number;
  ok: boolean;
  headers: { get(name: string): string | null };
  body: IncomingMessage;
}

/** Somebody answers that it is elsewhere: what is shown here (tokens, secrets) is not for whoever that is. */
export class Redirected extends Error {
  constructor(url: string, status: number, to: string | null) {
    super(
      `${new URL(url).origin} leads elsewhere (${status}, to ${to ?? 'no address'}), which is not followed: take the address of the server itself`,
    );
  }
}

interface Way {
  begin: typeof http.request;
  agent: Agent;
  /** Its connections, for what is asked next. */
  areKept: boolean;
}

/** Where Node is told to use proxies; a global agent of somebody else, like that of `global-agent`, may have no options at all. */
function proxies(): AgentOptions {
  const { options } = http.globalAgent as Partial<Agent & { options: AgentOptions }>;
  return options?.proxyEnv ? { proxyEnv: options.proxyEnv } : {};
}

/** Connections of those who trust and show the same, in PEM. `areKept`: for what is asked next. */
export class Connections {
  private plain: Way | undefined;
  private tls: Promise<Way> | undefined;
  private ofStreams: Connections | undefined;

  constructor(
    private readonly own: { ca?: string | undefined; cert?: string | undefined; key?: string | undefined },
    private readonly areKept = true,
  ) {}

  /**
   * Of what stays open: else a stream would take the connection by which its runner was registered, and the beats after it
   * need another one, which a busy server may take up too late for their leases.
   */
  get streams(): Connections {
    return (this.ofStreams ??= new Connections(this.own, this.areKept));
  }

  async to(url: string): Promise<Way> {
    if (!url.startsWith('https:'))
      return (this.plain ??= this.way(http.request, new http.Agent(this.options())));
    this.tls ??= import('node:https').then(({ Agent: TlsAgent, request }) =>
      this.way(request, new TlsAgent({ ...this.options(), ...this.own })),
    );
    return this.tls;
  }

  /** A proxy makes its connections in a way of its own. */
  private way(begin: Way['begin'], agent: Agent): Way {
    const { areKept } = this;
    return { begin, areKept, agent: areKept && !('proxyEnv' in proxies()) ? goesOnConnecting(agent) : agent };
  }

  private options(): AgentOptions {
    const kept = { keepAlive: true, keepAliveMsecs: IDLE_MS, timeout: IDLE_MS };
    return { ...(this.areKept && kept), ...proxies() };
  }
}

/**
 * One request; who asks is led nowhere else. Not `fetch`: it takes 40 ms to load (docs/benchmarks.md) and 28 MB of each runner,
 * which the kernel has to give back before anybody hears that it was killed. Rejects with what the network says, with
 * {@link Redirected}, or with the reason of the signal.
 */
export async function ask(url: string, asked: Asked, connections: Connections): Promise<Answer> {
  const way = await (asked.isStream ? connections.streams : connections).to(url);
  for (;;) {
    asked.signal?.throwIfAborted();
    const answer = await askOnce(url, asked, way);
    if (answer) return answer;
  }
}

/** Null: the other side closed a kept connection before it heard this. */
async function askOnce(url: string, asked: Asked, { begin, agent, areKept }: Way): Promise<Answer | null> {
  const { method = 'GET', body, signal, connected, late } = asked;
  return new Promise((resolve, reject) => {
    // `timeout`: of what a proxy is asked; until it has answered there is no connection here that could be ended
    const own = { agent, timeout: CONNECT_MS, givenUp: signal };
    const request = begin(url, { method, headers: headersOf(asked), ...own });
    let message: IncomingMessage | null = null;
    let isLingering = false;
    const giveUp = (why: Error): void => {
      reject(why);
      isLingering =
        late !== undefined && !message && why.name === 'TimeoutError' && areKept && linger(request, agent);
      if (!isLingering) (message ?? request).destroy(why);
    };
    request.on('error', (error: NodeJS.ErrnoException) => {
      if (request.reusedSocket && error.code === 'ECONNRESET') resolve(null);
      else reject(error.code === 'EPROTO' ? coded(reasonIn(error.message), error.message) : error);
    });
    request.once('response', (heard) => {
      const answer = answerOf((message = heard));
      if (isLingering) return late!(answer);
      if (answer.status < 300 || answer.status >= 400) return resolve(answer);
      giveUp(new Redirected(url, answer.status, answer.headers.get('location')));
    });
    // also without an error and without an answer, as after a 101 that nobody asked for
    request.once('close', () => reject(coded('ECONNRESET', 'nothing was answered')));
    limitConnecting(request, giveUp);
    if (connected) request.once('socket', connected);
    if (signal) endWith(signal, request, giveUp);
    request.end(body);
  });
}

const headersOf = ({ headers, body }: Asked): Record<string, string | number> => ({
  'user-agent': 'conclave',
  accept: '*/*',
  'accept-encoding': 'identity', // nothing here unpacks
  ...headers,
  ...(body !== undefined && { 'content-length': Buffer.byteLength(body) }),
});

const coded = (code: string, message: string): Error => Object.assign(new Error(message), { code });

/** What a write says that failed because of TLS; the reason stands in its words. */
const reasonIn = (message: string): string => {
  const reason = /:SSL routines:[^:]*:([^:]+):/.exec(message)?.[1] ?? 'protocol';
  return `ERR_SSL_${reason.toUpperCase().replaceAll(/[^A-Z0-9]+/g, '_')}`;
};

type GiveUp = (why: Error) => void;

function limitConnecting(request: ClientRequest, giveUp: GiveUp): void {
  const end = (): void => giveUp(notConnected());
  const late = setTimeout(end, CONNECT_MS);
  const done = (): void => clearTimeout(late);
  request.once('socket', (socket: Socket & { secureConnecting?: boolean }) => {
    if (socket.secureConnecting) socket.once('secureConnect', done);
    else if (socket.connecting) socket.once('connect', done);
    else done();
  });
  request.once('close', done);
}

function answerOf(message: IncomingMessage): Answer {
  const status = message.statusCode!;
  const get = (name: string): string | null => message.headers[name]?.toString() ?? null;
  return { status, ok: status >= 200 && status < 300, headers: { get }, body: message };
}

function endWith(signal: AbortSignal, request: ClientRequest, giveUp: GiveUp): void {
  const end = (): void => giveUp(signal.reason as Error);
  signal.addEventListener('abort', end);
  request.once('close', () => signal.removeEventListener('abort', end));
}
