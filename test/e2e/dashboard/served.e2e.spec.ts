import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readdirSync, readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { Api, ServerProcess } from '@conclave/processes';

const BUILT = 'dist/dashboard';
const files = () => readdirSync(`${BUILT}/assets`);

describe('the dashboard as it is served', () => {
  let server: ServerProcess;
  let api: Api;
  beforeAll(async () => {
    server = await ServerProcess.start();
    api = new Api(server.url);
  });
  afterAll(async () => server.kill());

  it('is at most 150 kB gzip, all of it, and brings no schema library', () => {
    const built = [`${BUILT}/index.html`, ...files().map((file) => `${BUILT}/assets/${file}`)];
    const bytes = built.reduce((sum, file) => sum + gzipSync(readFileSync(file)).length, 0);
    expect(bytes).toBeLessThan(150_000);
    expect(built.map((file) => readFileSync(file, 'utf8')).join()).not.toMatch(/ZodError|_zod/);
  });

  it('is translated by no browser: that takes the texts that change out of the page', async () => {
    const { body } = await api.get('/');
    expect(body).toMatch(/<html [^>]*translate="no"/);
    expect(body).toContain('<meta name="google" content="notranslate"');
  });

  it.each([
    '/',
    '/groups',
    '/groups/deploy',
    '/groups/deploy/',
    '/groups/deploy/nothing',
    '/groups/deploy/why',
    '/groups/deploy/why/3',
    '/groups/deploy/what-if',
    '/trust',
    '/servers',
    '/servers/',
  ])(
    '%s is the page: asked anew and whole each time, whatever its length and age, with a policy that lets nothing else run',
    async (path) => {
      const { status, body, headers } = await api.get(path);
      expect([status, headers.get('content-type'), headers.get('cache-control')]).toEqual([
        200,
        'text/html; charset=utf-8',
        'no-cache',
      ]);
      expect(body).toBe(readFileSync(`${BUILT}/index.html`, 'utf8'));
      const policy = headers.get('content-security-policy')!;
      expect(policy).toContain("default-src 'none'");
      expect(policy).toContain("script-src 'self';");
      expect(policy).not.toContain('unsafe');
      expect([headers.get('etag'), headers.get('last-modified')]).toEqual([null, null]);
    },
  );

  it('its files are kept for ever, for their names change with them', async () => {
    for (const file of files()) {
      const { status, headers } = await api.get(`/assets/${file}`);
      expect([file, status, headers.get('cache-control')]).toEqual([
        file,
        200,
        'public, max-age=31536000, immutable',
      ]);
      expect(headers.get('etag')).toBeTruthy();
      expect(readFileSync(`${BUILT}/index.html`, 'utf8')).toContain(`/assets/${file}`);
    }
    expect((await api.get('/icon.svg')).status).toBe(200);
  });

  it.each(['/nowhere', '/trust/a', '/assets/nothing.js', '/v1/nowhere', '/.built'])(
    '%s is no page of it: a problem, as before',
    async (path) => {
      const { status, body, headers } = await api.get(path);
      expect([status, headers.get('content-type')]).toEqual([404, 'application/problem+json; charset=utf-8']);
      expect(body.code).toBe('route-unknown');
    },
  );

  it('no address leads out of its folder', async () => {
    for (const path of [
      '/assets/..%2findex.html',
      '/assets/..%2f..%2fpackage.json',
      '/assets/%2e%2e%2f.built',
    ])
      expect([400, 404]).toContain((await api.get(path)).status);
  });

  it('what else there is stays as it was; a page takes no POST', async () => {
    for (const path of ['/docs', '/healthz', '/readyz', '/metrics', '/openapi.json', '/v1/groups'])
      expect([path, (await api.get(path)).status]).toEqual([path, 200]);
    expect((await api.post('/', {})).status).toBe(405);
    expect((await api.call('HEAD', '/')).status).toBe(200);
  });
});
