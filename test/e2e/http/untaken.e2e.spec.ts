import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Api, inc, ServerProcess, until } from '@conclave/processes';

const isLeader = '/v1/groups/g/runners/a/is-leader';

describe('what a route does not take', () => {
  let server: ServerProcess;
  let api: Api;
  beforeAll(async () => {
    server = await ServerProcess.start();
    api = new Api(server.url);
    for (const id of ['a', 'b'])
      await api.put(`/v1/groups/g/runners/${id}`, { incarnation: inc(id), ready: true });
    await api.put('/v1/groups/g/pin', { runner: 'a' });
  });
  afterAll(async () => server.kill());

  it.each([
    ['POST', '/v1/keys/rotate?dryRun=true', {}],
    ['POST', '/v1/log/accept?dryRun=true', { reason: 'x', digest: '0'.repeat(64) }],
    ['POST', '/v1/groups/g/runners/a/heartbeat?dryRun=true', { incarnation: inc('a'), sequence: 9 }],
    ['GET', '/v1/keys?x=1', undefined],
  ])('in the query of %s %s is refused, and nothing is done', async (method, path, body) => {
    const before = (await api.get('/v1/keys')).body;
    const answer = method === 'GET' ? await api.get(path) : await api.post(path, body);
    expect(answer).toMatchObject({
      status: 400,
      body: {
        code: 'invalid-request',
        detail: expect.stringMatching(/^\/: Unrecognized key: "(dryRun|x)"$/),
      },
    });
    expect((await api.get('/v1/keys')).body).toEqual(before);
  });

  it('probes may ask as they like', async () => {
    for (const path of ['/healthz?x=1', '/readyz?verbose', '/metrics?format=text', `${isLeader}?x=1`])
      expect([path, (await api.get(path)).status]).toEqual([path, 200]);
  });

  it('in the body of a removal is refused: a condition there would not be looked at', async () => {
    const remove = async (path: string, body: string) =>
      (
        await fetch(server.url + path, {
          method: 'DELETE',
          body,
          headers: { 'content-type': 'application/json' },
        })
      ).status;
    for (const body of ['{"ifTerm":77}', '[]', '"x"']) {
      expect(await remove('/v1/groups/g/pin', body)).toBe(400);
      expect(await remove('/v1/groups/g/runners/b', body)).toBe(400);
    }
    expect((await api.get('/v1/groups/g')).body).toMatchObject({ pin: { runner: 'a' } });
    expect((await api.get('/v1/groups/g/runners')).body.runners).toHaveLength(2);
    expect(await remove('/v1/groups/g/pin', '{}')).toBe(200);
  });

  it('an address that is nearly one of an audit is answered once', async () => {
    for (const path of ['x/elections/', '/verify', '/history', '/heard?version=1', '/report', '/tenures'])
      expect([path, (await api.get(`/v1/groups/${path}`)).body.code]).toEqual([path, 'route-unknown']);
    for (const path of ['/v1/groups//what-if', '/v1/groups//seal', '/v1/keys//revoke'])
      expect([path, (await api.post(path, {})).body.code]).toEqual([path, 'route-unknown']);
    expect((await api.get('/metrics')).body).not.toMatch(/^conclave_defects_total\{/m);
    expect(server.stderr).toBe('');
  });

  it('beats in chunks are heard, as many as come at once; what is larger than any beat is not read', async () => {
    const beat = async (sequence: number, certificate?: string) => {
      const text = JSON.stringify({ incarnation: inc('a'), sequence, ...(certificate && { certificate }) });
      const body = new Blob([text]).stream();
      const headers = { 'content-type': 'application/json' };
      const url = `${server.url}/v1/groups/g/runners/a/heartbeat`;
      return (await fetch(url, { method: 'POST', headers, body, duplex: 'half' })).status;
    };
    const statuses = await Promise.all(Array.from({ length: 300 }, async (_, n) => beat(n + 1)));
    expect(statuses.filter((status) => status !== 200 && status !== 409)).toEqual([]); // 409: overtaken by a later one
    expect(await beat(1_000, 'x'.repeat(8_000))).toBe(413);
  });

  it('a body that comes to no route is not waited for, nor one that there is no room for', async () => {
    const { port } = new URL(server.url);
    const answered = async (head: string): Promise<string> => {
      const socket = connect(Number(port), '127.0.0.1');
      let answer = '';
      socket.on('data', (chunk: Buffer) => (answer += chunk.toString()));
      socket.write(`${head} HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\n`);
      socket.write('content-length: 500000\r\n\r\n{');
      await until('it is closed', () => socket.readyState === 'closed' && answer !== '');
      return answer;
    };
    expect(await answered('POST /nope')).toMatch(/^HTTP\/1.1 404 [^]*route-unknown/);
    expect(await answered('POST /v1/groups/g/leader')).toMatch(/^HTTP\/1.1 405 [^]*allow: GET, HEAD\r\n/);
  });
});
