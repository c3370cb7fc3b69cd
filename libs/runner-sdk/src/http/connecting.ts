import type { Agent, ClientRequest } from 'node:http';
import type { Socket } from 'node:net';

/** Where nobody takes up a connection, or speaks TLS; what was sent on one is waited for longer. */
export const CONNECT_MS = 10_000;
export const notConnected = (): Error =>
  Object.assign(new Error(`no connection in ${CONNECT_MS / 1_000} s`), { code: 'CONNECT_TIMEOUT' });

interface Asked {
  /** Aborts when whoever wants the connection waits no longer. */
  givenUp?: AbortSignal | undefined;
}
type Done = (error: Error | null, socket?: Socket) => void;
/** As Node calls it; types know one that tells nobody. */
type Connects = Pick<Agent, 'getName'> & { createConnection(asked: Asked, done: Done): Socket | undefined };

interface Left {
  isThere: boolean;
  take(): Socket;
}

/**
 * A connection whose request was given up is made all the same, for the next one: with TLS it takes two ways there and back, so that
 * over a slow network none would ever be there in the time that an answer is waited for. One at a time to each server, as it may hang.
 */
export function goesOnConnecting<A extends Agent>(agent: A): A {
  const connects = agent as unknown as Connects;
  const connect = agent.createConnection.bind(agent) as unknown as (asked: Asked) => Socket;
  const left = new Map<string, Left>();
  connects.createConnection = (asked, done) => {
    const name = connects.getName(asked as object);
    const before = left.get(name);
    if (before?.isThere) return before.take();
    const socket = connect(asked);
    const own: Left = {
      isThere: false,
      take: () => {
        clearTimeout(late);
        if (left.get(name) === own) left.delete(name);
        return socket.ref();
      },
    };
    const giveUp = (): void => {
      if (left.has(name)) socket.destroy();
      else left.set(name, own);
      socket.unref(); // nobody waits for it: the process may end
      done(asked.givenUp!.reason as Error);
    };
    const late = setTimeout(() => socket.destroy(notConnected()), CONNECT_MS);
    late.unref();
    asked.givenUp?.addEventListener('abort', giveUp);
    socket.once('secureConnecting' in socket ? 'secureConnect' : 'connect', () => {
      asked.givenUp?.removeEventListener('abort', giveUp);
      own.isThere = true;
      if (left.get(name) !== own) done(null, own.take());
    });
    socket.on('error', (error) => done(error));
    socket.once('close', () => {
      clearTimeout(late);
      if (left.get(name) === own) left.delete(name);
    });
    return undefined;
  };
  return agent;
}

/** So long a request that nobody waits for may go on. */
const LINGER_MS = 10_000;
/** So many of each runner to each server, as it may hang. Answers of a slow one are that many times as late as they are waited for. */
export const MOST_LINGERING = 3;
/** Of so many runners of a process: leaders whose beats were not answered together go alone. */
const MOST_OF = 64;
const lingering = new WeakMap<Agent, Map<string, number>>();

/**
 * Nobody waits for its answer any more. It comes to its end all the same, so that its connection can be used again: the next request
 * would take a new one, at the end of the queue of a server that has too much to do, and be given up as well (docs/decisions/018).
 * And its answer may grant a lease yet. False: it is to be ended.
 */
export function linger(request: ClientRequest, agent: Agent): boolean {
  const { socket } = request;
  const all = lingering.get(agent) ?? new Map<string, number>();
  const what = `${request.host}:${socket?.remotePort}${request.path}`;
  const others = all.get(what) ?? 0;
  const isFull = others === 0 ? all.size === MOST_OF : others === MOST_LINGERING;
  if (!socket || socket.connecting || isFull) return false;
  lingering.set(agent, all.set(what, others + 1));
  const end = setTimeout(() => request.destroy(), LINGER_MS).unref();
  socket.unref();
  request.once('close', () => {
    clearTimeout(end);
    const left = all.get(what)! - 1;
    if (left > 0) all.set(what, left);
    else all.delete(what);
  });
  return true;
}
