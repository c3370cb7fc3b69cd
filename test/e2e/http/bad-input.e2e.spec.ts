import { describe, expect, it } from '@jest/globals';
import { STORES } from '@conclave/testing';
import { expectProblem, I, Served } from './served.fixture.js';

const manyNames = (count: number) => Array.from({ length: count }, (_, n) => `"${n.toString(36)}":1`).join();

describe.each(STORES)('bad input changes nothing over %s', (kind) => {
  const served = new Served(kind);

  it.each([
    ['PUT', '/v1/groups/-bad', {}, 400, 'invalid-request', /\/g: must start/],
    ['PUT', `/v1/groups/${'x'.repeat(64)}`, {}, 400, 'invalid-request', /\/g/],
    ['PUT', `/v1/groups/${'x'.repeat(5_000)}`, {}, 400, 'invalid-request', /^\/g: must start/],
    ['PUT', '/v1/groups/x/runners/a', {}, 400, 'invalid-request', /\/incarnation/],
    [
      'PUT',
      '/v1/groups/x/runners/a',
      { incarnation: I, extra: 1 },
      400,
      'invalid-request',
      /Unrecognized key: "extra"/,
    ],
    ['PUT', '/v1/groups/x/runners/a', { incarnation: 'no uuid' }, 400, 'invalid-request', /must be a uuid/],
    ['PUT', '/v1/groups/x/runners/a', '{"incarnation":', 400, 'invalid-request', /JSON/],
    [
      'PUT',
      '/v1/groups/x',
      Buffer.from('{"reason":"caf\xe9"}', 'latin1'),
      400,
      'invalid-request',
      /not UTF-8/,
    ],
    ['PUT', '/v1/groups/x/runners/a', '', 400, 'invalid-request', /./],
    ['PUT', '/v1/groups/x/runners/a', '[]', 400, 'invalid-request', /expected object/],
    ['PUT', '/v1/groups/x', 'null', 400, 'invalid-request', /expected object, received null/],
    [
      'PUT',
      '/v1/groups/x/runners/a',
      { incarnation: I, previousExited: I },
      400,
      'invalid-request',
      /previousExited/,
    ],
    [
      'PUT',
      '/v1/groups/x/runners/a',
      { incarnation: I, labels: Object.fromEntries(Array.from({ length: 33 }, (_, n) => [`l${n}`, 'v'])) },
      400,
      'invalid-request',
      /\/labels: .*at most 32/,
    ],
    ...['"', 'a\\', '\n'].map(
      (name) =>
        [
          'PUT',
          '/v1/groups/x/runners/a',
          { incarnation: I, labels: { [name]: 'v' } },
          400,
          'invalid-request',
          /no control character, quote or backslash/,
        ] as const,
    ),
    [
      'PUT',
      '/v1/groups/x/runners/a',
      { incarnation: I, labels: { ['n'.repeat(64)]: 'v' } },
      400,
      'invalid-request',
      /^\/labels\/n+: names must have 1 to 63 characters$/,
    ],
    ['PUT', '/v1/groups/x', { leaseMs: 10 }, 400, 'invalid-request', /\/leaseMs/],
    ['PUT', '/v1/groups/x', { leaseMs: '15000' }, 400, 'invalid-request', /\/leaseMs/],
    ['PUT', '/v1/groups/x', { reason: 'x'.repeat(501) }, 400, 'invalid-request', /\/reason/],
    ['POST', '/v1/heartbeats', { beats: [] }, 400, 'invalid-request', /\/beats/],
    [
      'POST',
      '/v1/groups/x/runners/a/heartbeat',
      { incarnation: I, sequence: 0 },
      400,
      'invalid-request',
      /\/sequence/,
    ],
    ['POST', '/v1/groups/x/runners/a/forgive', {}, 404, 'group-unknown', /"x"/],
    ['POST', '/v1/groups/x/runners/a/forgive', { because: 1 }, 400, 'invalid-request', /because/],
    ['PUT', '/v1/groups/x', { damping: { suppressAt: 0 } }, 400, 'invalid-request', /damping/],
    ['PUT', '/v1/groups/x', { damping: { reuseAt: 5000 } }, 400, 'settings-invalid', /reuseAt/],
    [
      'POST',
      '/v1/groups/x/runners/a/heartbeat',
      { incarnation: I, sequence: 1 },
      404,
      'group-unknown',
      /"x"/,
    ],
    ['GET', '/v1/groups/x', undefined, 404, 'group-unknown', /"x"/],
    ['DELETE', '/v1/groups/x/runners/a', undefined, 404, 'group-unknown', /"x"/],
    ['PUT', '/v1/groups/x/runners/a/taints/k', { effect: 'Never' }, 400, 'invalid-request', /\/effect/],
    [
      'PUT',
      '/v1/groups/x/runners/a/taints/k',
      { expiresAt: '2027-01-01T00:00:00Z' },
      400,
      'invalid-request',
      /\/expiresAt: must be UTC with ms: 2026/,
    ],
    ['GET', '/v1/groups?limit=0', undefined, 400, 'invalid-request', /\/limit/],
    ['GET', '/v1/groups?nope=1', undefined, 400, 'invalid-request', /"nope"/],
    ['GET', '/v1/groups/x/leader?waitMs=60001', undefined, 400, 'invalid-request', /\/waitMs/],
    ['GET', '/v1/groups?atLeast=soon', undefined, 400, 'invalid-request', /position/],
    ['GET', '/v1/nothing', undefined, 404, 'route-unknown', /\/docs/],
    ['DELETE', '/v1/groups/x', undefined, 405, 'method-not-allowed', /only GET, PUT/],
    ['POST', '/v1/heartbeats', `{"beats":"${'x'.repeat(600_000)}"}`, 413, 'payload-too-large', /512 KiB/],
    [
      'POST',
      '/v1/heartbeats',
      `{"beats":[{${manyNames(60_000)}}]}`,
      400,
      'invalid-request',
      /more parts than/,
    ],
    ['PUT', '/v1/groups/x', `{"reason":"${'x'.repeat(66_000)}"}`, 413, 'payload-too-large', /64 KiB/],
    ['POST', '/v1/groups/x/runners/a/heartbeat', `"${'x'.repeat(7_000)}"`, 413, 'payload-too-large', /6 KiB/],
  ] as const)('%s %s %j → %i %s', async (method, path, body, status, code, detail) => {
    expectProblem(await served.api.call(method, path, body), status, code, detail);
    expect((await served.api.get('/v1/groups/x')).status).toBe(404);
  });

  it('other media types are 415, wrong headers 400', async () => {
    expectProblem(
      await served.api.put('/v1/groups/x', '<x/>', { 'content-type': 'application/xml' }),
      415,
      'media-type-unsupported',
    );
    expectProblem(
      await served.api.put('/v1/groups/x', 'a=b', { 'content-type': 'application/x-www-form-urlencoded' }),
      415,
      'media-type-unsupported',
    );
    expectProblem(
      await served.api.put('/v1/groups/x', '{}', { 'content-type': 'text/plain' }),
      415,
      'media-type-unsupported',
    );
    expectProblem(
      await served.api.put('/v1/groups/x', {}, { 'x-conclave-actor': 'a b' }),
      400,
      'invalid-request',
      /X-Conclave-Actor/,
    );
    expectProblem(
      await served.api.get('/v1/watch', { 'last-event-id': 'yesterday' }),
      400,
      'invalid-request',
      /Last-Event-ID/,
    );
  });

  it('a thousand beats that say all they can are taken', async () => {
    const one = { group: 'x', runner: 'a', incarnation: I, sequence: 1, term: 1, acked: 1, released: 1 };
    const shown = { secret: 's'.repeat(64), credential: 'c'.repeat(64), certificate: 'd'.repeat(64) };
    const beats = Array.from({ length: 1_000 }, () => ({ ...one, ...shown }));
    const { status, body } = await served.api.post('/v1/heartbeats', { beats });
    expect([status, (body as { replies: unknown[] }).replies.length]).toEqual([200, 1_000]);
  });

  it('of very many unknown fields few are named; what is compressed is refused as such', async () => {
    const many = Object.fromEntries(Array.from({ length: 500 }, (_, n) => [`${'k'.repeat(80)}${n}`, 1]));
    const { status, body } = await served.api.put('/v1/groups/x', many);
    expect([status, body.detail.length < 1_000]).toEqual([400, true]);
    expect(body.detail).toMatch(/^\/: Unrecognized keys: ("k{64}", ){4}"k{64}" and 495 more$/);
    // of wrong labels each would be named, in 50 times as much, and leaders would wait for it
    const labelled = await served.api.put('/v1/groups/x/runners/a', { incarnation: I, labels: many });
    expectProblem(labelled, 400, 'invalid-request', /^\/labels: must be at most 32 labels$/);
    const zipped = await served.api.put('/v1/groups/x', '{}', { 'content-encoding': 'gzip' });
    expectProblem(zipped, 415, 'media-type-unsupported', /must not be compressed/);
  });

  it('a body that comes in pieces is read as a whole; encodings of no body mean nothing', async () => {
    const beat = (n: number) => ({ group: 'x', runner: `r${n}`, incarnation: I, sequence: 1 });
    const text = JSON.stringify({ beats: Array.from({ length: 400 }, (_, n) => beat(n)) });
    const sent = async (method: string, path: string) => {
      const body = ReadableStream.from(text.match(/[^]{1,700}/g)!.map((piece) => Buffer.from(piece)));
      const options = { method, body, duplex: 'half', headers: { 'content-type': 'application/json' } };
      return (await fetch(served.api.url + path, options as RequestInit)).json();
    };
    const { replies } = (await sent('POST', '/v1/heartbeats')) as { replies: object[] };
    expect(replies).toHaveLength(400);
    const bare = await served.api.get('/v1/groups', { 'content-encoding': 'gzip' });
    expect(bare.status).toBe(200);
  });

  it('Allow names HEAD, too, and HEAD is what GET is without a body', async () => {
    expect((await served.api.call('DELETE', '/v1/groups/x')).headers.get('allow')).toBe('GET, HEAD, PUT');
    expect((await fetch(`${served.api.url}/v1/groups`, { method: 'HEAD' })).status).toBe(200);
    const path = `/v1/groups/${await served.ledGroup()}/runners`;
    expect((await served.api.call('DELETE', `${path}/a/is-leader`)).headers.get('allow')).toBe(
      'GET, HEAD, OPTIONS',
    );
    for (const method of ['GET', 'HEAD']) {
      const statusOf = async (of: string) => {
        const gone = new AbortController();
        const { status } = await fetch(`${served.api.url}${of}/session?incarnation=${I}`, {
          method,
          signal: gone.signal,
        });
        gone.abort();
        return status;
      };
      const there = [`${path}/a`, `${path}/nobody`, '/v1/groups/nobody/runners/a'];
      expect([method, ...(await Promise.all(there.map(statusOf)))]).toEqual([method, 200, 404, 404]);
    }
  });

  it("names the request in the reply: the caller's id, or one of ours", async () => {
    expect((await served.api.get('/v1/nothing', { 'x-correlation-id': 'abc-1' })).body.instance).toBe(
      'abc-1',
    );
    expect(
      (await served.api.get('/v1/nothing', { 'x-correlation-id': 'no spaces allowed' })).body.instance,
    ).toMatch(/^[0-9a-f-]{36}$/);
  });
});
