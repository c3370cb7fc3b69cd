import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { request } from 'node:http';
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { Api, inc, ServerProcess } from '@conclave/processes';

const JSON_TYPE = { 'content-type': 'application/json' };
const BOARD = 'https://board.example';
const NOTHING = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

describe('what browsers are told', () => {
  let server: ServerProcess;
  let shared: ServerProcess;
  beforeAll(async () => {
    server = await ServerProcess.start();
    shared = await ServerProcess.start({ CONCLAVE_CORS_ORIGINS: BOARD, CONCLAVE_AUTH: 'on' });
    const api = new Api(server.url);
    await api.put('/v1/groups/g', {});
    await api.put('/v1/groups/g/runners/a', { incarnation: inc('a'), ready: true });
  });
  afterAll(async () => {
    await Promise.all([server?.kill('SIGTERM'), shared?.kill('SIGTERM')]);
  });

  /** By node:http: fetch lets nobody choose Host, Origin, or a path that cannot be decoded. */
  async function head(at: ServerProcess, path: string, options: object = {}): Promise<IncomingMessage> {
    const asked = request(`${at.url}/`, { path, agent: false, ...options });
    asked.end();
    const [answer] = (await once(asked, 'response')) as [IncomingMessage];
    answer.destroy();
    return answer;
  }

  it.each<[string, string, number, object?]>([
    ['JSON', '/v1/groups', 200],
    ['a problem of a body', '/v1/groups/new', 415, { method: 'PUT' }],
    ['a problem of a value', '/v1/groups/g/history?limit=x', 400],
    ['a path that cannot be decoded', '/v1/groups/%zz', 400],
    ['a path that is too long', `/v1/groups/${'a'.repeat(300)}`, 400],
    ['no such group', '/v1/groups/nobody', 404],
    ['no such route', '/nowhere', 404],
    ['no such method', '/v1/groups', 405, { method: 'DELETE', headers: JSON_TYPE }],
    ['another name', '/v1/groups', 421, { headers: { host: 'evil.example' } }],
    ['another origin', '/v1/groups', 403, { headers: { origin: BOARD } }],
    ['another port of this machine', '/v1/groups', 403, { headers: { 'sec-fetch-site': 'same-site' } }],
    ['a watch', '/v1/watch', 200],
    ["a runner's session", `/v1/groups/g/runners/a/session?incarnation=${inc('a')}`, 200],
    ['metrics', '/metrics', 200],
    ['health', '/healthz', 200],
    ['the document of the API', '/openapi.json', 200],
    ['its pages', '/docs', 200],
    ['a script of theirs', '/docs/swagger-ui-bundle.js', 200],
    ['the page of problems', '/docs/problems', 200],
    ['a report', '/v1/groups/g/report', 200],
  ])('of %s', async (_what, path, status, ...[options]) => {
    const { statusCode, headers } = await head(server, path, options);
    expect({ path, statusCode, headers }).toMatchObject({
      statusCode: status,
      headers: {
        'x-content-type-options': 'nosniff',
        'referrer-policy': 'no-referrer',
        'x-frame-options': 'DENY',
        'cross-origin-resource-policy': 'same-origin',
        'content-security-policy': expect.stringMatching(/default-src 'none';.*frame-ancestors 'none'/),
      },
    });
    expect(headers).not.toHaveProperty('access-control-allow-origin');
    const policy = String(headers['content-security-policy']);
    if (path.startsWith('/docs')) expect(policy).toContain("script-src 'self'");
    else if (path.endsWith('/report')) expect(policy).toContain('sandbox');
    else expect(policy).toBe(NOTHING);
  });

  it('an origin that is named learns also why it is refused; its preflight needs no credential', async () => {
    const preflight = {
      method: 'OPTIONS',
      headers: {
        origin: BOARD,
        'access-control-request-method': 'PUT',
        'access-control-request-headers': 'authorization,content-type',
      },
    };
    const allowed = await head(shared, '/v1/groups/g', preflight);
    expect(allowed).toMatchObject({ statusCode: 204, headers: { 'access-control-allow-origin': BOARD } });
    expect(allowed.headers['access-control-allow-methods']).toContain('PUT');
    for (const [path, status, options] of [
      ['/v1/groups', 401, {}],
      ['/v1/groups/g', 401, { method: 'PUT', headers: JSON_TYPE }],
      ['/v1/groups/g', 415, { method: 'PUT' }],
      ['/nowhere', 404, {}],
      ['/healthz', 200, {}],
    ] as [string, number, { headers?: object }][]) {
      const { statusCode, headers } = await head(shared, path, {
        ...options,
        headers: { ...options.headers, origin: BOARD },
      });
      expect({ path, statusCode, headers }).toMatchObject({
        statusCode: status,
        headers: { 'access-control-allow-origin': BOARD, vary: expect.stringMatching(/origin/i) },
      });
    }
  });

  it('no other origin is let in beside it', async () => {
    for (const origin of ['https://board.example.evil.example', 'http://board.example', 'null'])
      for (const method of ['GET', 'OPTIONS']) {
        const { headers } = await head(shared, '/healthz', {
          method,
          headers: { origin, 'access-control-request-method': 'GET' },
        });
        expect({ origin, headers }).not.toMatchObject({
          headers: { 'access-control-allow-origin': expect.stringMatching(/\*|null|evil|http:/) },
        });
      }
  });
});
