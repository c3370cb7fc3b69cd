import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { once } from 'node:events';
import { globalAgent, type AgentOptions } from 'node:http';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { until } from '@conclave/processes';
import { MOST_LINGERING } from './connecting.js';
import { ask, Connections, type Answer, type Asked } from './asking.js';

const servers: Server[] = [];
afterEach(() => servers.splice(0).forEach((server) => server.close()));

/** Something that listens, and the port of it. */
async function listening(hear: (socket: Socket) => void): Promise<number> {
  const server = createServer((socket) => hear(socket.on('error', () => undefined))).listen(0, '127.0.0.1');
  servers.push(server);
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}
const saying = async (text: string): Promise<string> =>
  `http://127.0.0.1:${await listening((socket) => socket.once('data', () => socket.end(text)))}`;

const asked = async (url: string) => ask(url, {}, new Connections({}));

describe('a request', () => {
  it('takes no packed answer, and says who asks', async () => {
    const heard: string[] = [];
    const port = await listening((socket) =>
      socket.once('data', (data) => {
        heard.push(...data.toString().toLowerCase().split('\r\n'));
        socket.end('HTTP/1.1 204 No Content\r\n\r\n');
      }),
    );
    expect(await asked(`http://127.0.0.1:${port}/v1/groups`)).toMatchObject({ status: 204, ok: true });
    expect(heard).toEqual(
      expect.arrayContaining([
        'get /v1/groups http/1.1',
        'accept-encoding: identity',
        'user-agent: conclave',
      ]),
    );
  });

  it('that nobody waits for any more comes to its end, if a late answer has a use: its connection is used again; one beyond three is ended', async () => {
    const sockets: Socket[] = [];
    const port = await listening((socket) => sockets.push(socket.resume()));
    const [url, connections] = [`http://127.0.0.1:${port}`, new Connections({})];
    const heardLate: number[] = [];
    const late = ({ status, body }: Answer): unknown => heardLate.push(status) && body.resume();
    const give = async (upAfter: () => Promise<unknown>, how: Partial<Asked>) => {
      const given = new AbortController();
      const answer = ask(url, { signal: given.signal, ...how }, connections);
      await upAfter();
      given.abort(new DOMException('late', 'TimeoutError'));
      await expect(answer).rejects.toThrow('late');
    };
    const heard = async (n: number) => until('it is asked', () => (sockets[n]?.bytesRead ?? 0) > 0);
    for (let n = 0; n <= MOST_LINGERING; n++) await give(async () => heard(n), { late });
    await once(sockets[MOST_LINGERING]!, 'close');
    const answer = 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}';
    sockets[0]!.write(answer);
    const { agent } = await connections.to(url);
    await until('it is free', () => Object.keys(agent.freeSockets).length > 0);
    sockets[0]!.on('data', () => sockets[0]!.write(answer));
    const { status, body } = await ask(url, {}, connections);
    body.resume();
    expect([status, heardLate, sockets.length]).toEqual([200, [200], MOST_LINGERING + 1]);
    await until('it is free again', () => Object.keys(agent.freeSockets).length > 0);
    sockets[0]!.removeAllListeners('data').resume();
    await give(async () => sleep(50), {}); // what it asks for would be done after what is asked next
    await until('it is ended', () => sockets[0]!.closed);
    expect(sockets).toHaveLength(MOST_LINGERING + 1);
  });

  it('that nobody answers ends, also where the connection is turned into another protocol', async () => {
    const url = await saying('HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: x\r\n\r\n');
    await expect(asked(url)).rejects.toMatchObject({ code: 'ECONNRESET' });
  });

  it('takes the connection of the one before, and another one if nobody hears it there', async () => {
    const sockets: Socket[] = [];
    let asleep = 0;
    const port = await listening((socket) => {
      sockets.push(socket);
      socket.on('data', () => {
        if (asleep-- > 0) return socket.resetAndDestroy();
        socket.write('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}');
      });
    });
    const connections = new Connections({});
    const answered = async () => {
      const { body } = await ask(`http://127.0.0.1:${port}`, { method: 'POST', body: '{}' }, connections);
      return body.setEncoding('utf8').toArray();
    };
    for (let n = 0; n < 3; n++) expect(await answered()).toEqual(['{}']);
    expect(sockets).toHaveLength(1);
    asleep = 1;
    expect(await answered()).toEqual(['{}']);
    expect(sockets).toHaveLength(2);
    asleep = 2;
    await expect(answered()).rejects.toMatchObject({ code: 'ECONNRESET' }); // a new one that ends is no misunderstanding
    sockets.forEach((socket) => socket.destroy());
  });

  it('goes out on no connection that the other side is about to close, if none is kept', async () => {
    const url = await saying('HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: keep-alive\r\n\r\n{}');
    const connections = new Connections({}, false);
    for (let n = 0; n < 5; n++) {
      const { body } = await ask(url, {}, connections);
      expect(await body.setEncoding('utf8').toArray()).toEqual(['{}']);
    }
  });

  it('waits 10 s at most for a connection', async () => {
    const port = await listening(() => undefined);
    jest.useFakeTimers({ doNotFake: ['nextTick', 'setImmediate', 'queueMicrotask', 'performance', 'Date'] });
    try {
      const answer = asked(`https://127.0.0.1:${port}`);
      answer.catch(() => undefined);
      await once(servers[0]!, 'connection');
      jest.advanceTimersByTime(10_000);
      await expect(answer).rejects.toMatchObject({
        code: 'CONNECT_TIMEOUT',
        message: 'no connection in 10 s',
      });
    } finally {
      jest.useRealTimers();
    }
  });

  it('is given up also where a proxy has not said yet whether it connects', async () => {
    const { options } = globalAgent as typeof globalAgent & { options: AgentOptions };
    const port = await listening(() => undefined);
    options.proxyEnv = { HTTPS_PROXY: `http://127.0.0.1:${port}` }; // as with NODE_USE_ENV_PROXY
    const given = new AbortController();
    const answer = ask(`https://127.0.0.1:${port}`, { signal: given.signal }, new Connections({}));
    const [socket] = (await once(servers[0]!, 'connection')) as [Socket];
    delete options.proxyEnv;
    given.abort(new Error('enough'));
    await expect(answer).rejects.toThrow('enough');
    socket.destroy();
  });

  it('over TLS to a server without says so', async () => {
    const url = (await saying('HTTP/1.1 400 Bad Request\r\n\r\n')).replace('http:', 'https:');
    await expect(asked(url)).rejects.toMatchObject({ code: 'ERR_SSL_WRONG_VERSION_NUMBER' });
  });
});
