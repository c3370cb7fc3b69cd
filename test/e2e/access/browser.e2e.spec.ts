import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { Page } from 'playwright-core';
import { Api, inc, ServerProcess, until } from '@conclave/processes';
import { describeInWholeBrowser, EVIL, Visitor } from './browser.fixture.js';

const I = inc('a');
const SECRET = 'only-this-process-knows-0123456789';

describeInWholeBrowser('a page of somebody else, in a real browser', () => {
  const visitor = new Visitor();
  let server: ServerProcess;
  let api: Api;
  let before: unknown;

  beforeAll(async () => {
    server = await ServerProcess.start();
    api = new Api(server.url);
    for (const [group, secret] of Object.entries({ open: null, guarded: SECRET })) {
      await api.put(`/v1/groups/${group}`, { failover: 'fenced', leaseMs: 600_000 });
      const headers = secret === null ? undefined : { 'x-conclave-secret': secret };
      for (const [r, incarnation] of Object.entries({ a: I, b: inc('b') }))
        await api.put(`/v1/groups/${group}/runners/${r}`, { incarnation, ready: true }, headers);
    }
    before = await told();
    expect(before).toMatchObject({ leaders: [{ runner: 'a' }, { runner: 'a' }] });
  });
  afterAll(() => server?.kill('SIGTERM'));

  /** All that somebody could have changed. */
  async function told(): Promise<object> {
    const of = async (path: string) => (await api.get(path)).body;
    const all = { events: (await of('/v1/head')).events, groups: (await of('/v1/groups')).groups.length };
    const histories = await Promise.all(['open', 'guarded'].map((g) => of(`/v1/groups/${g}/history`)));
    const leaders = await Promise.all(
      ['open', 'guarded'].map(async (g) => (await of(`/v1/groups/${g}/leader`)).leader),
    );
    return { ...all, histories, leaders };
  }

  const posts = async (): Promise<number> => {
    const metrics = await (await fetch(`${server.url}/metrics`)).text();
    const counts = metrics.matchAll(/^conclave_http_requests_total\{method="POST",.*\} (\d+)$/gm);
    return [...counts].reduce((sum, [, count]) => sum + Number(count), 0);
  };

  const asks = async (page: Page, method: string, path: string, body?: object): Promise<string> =>
    page.evaluate(
      async ([url, init]) => {
        try {
          const answer = await fetch(url, init);
          return `${answer.status} ${((await answer.json()) as { code?: string }).code ?? ''}`.trim();
        } catch {
          return 'failed';
        }
      },
      [
        path,
        { method, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) },
      ] as const,
    );

  // by an address of the same machine, which browsers call the same site, and by a name of elsewhere
  it.each(['127.0.0.1', EVIL])('at %s, changes nothing, and reads nothing', async (host) => {
    const { page, seen } = await visitor.lured(host, { to: server.url, incarnation: I });
    const posted = await posts();
    const learnt: string[] = await page.evaluate('attack()');
    expect(learnt.filter((what) => what !== 'failed' && what !== 'opaque')).toEqual([]);
    const answers = () => seen.filter(({ url }) => url.startsWith(server.url));
    // 15 by fetch, 7 beacons, 21 forms; what needs a preflight comes no further than that. Of a frame that is answered by another
    // site the browser does not always tell, so the server is asked.
    await until('all that is sent is answered', async () => (await posts()) - posted >= 15 + 7 + 21);
    const refused = new Set(answers().map(({ method, status }) => `${method} ${status}`));
    expect([...refused].sort()).toEqual(['GET 403', 'OPTIONS 405', 'POST 403']);
    for (const path of ['/v1/groups', '/docs', `/session?incarnation=${I}`])
      expect(answers().some(({ method, url }) => method === 'GET' && url.endsWith(path))).toBe(true);
    const frames = page.frames().slice(1);
    expect(frames.length).toBeGreaterThan(20);
    expect(frames.filter((frame) => frame.url().startsWith(server.url))).toEqual([]);
    expect(await told()).toEqual(before);
    await page.close();
  });

  it('its links lead to what people read, not to what runners say', async () => {
    for (const [path, status] of [
      ['/v1/groups', 200],
      ['/docs', 200],
      [`/v1/groups/open/runners/a/session?incarnation=${I}`, 403],
    ] as const) {
      const { page, seen } = await visitor.lured(EVIL, { to: server.url });
      await page.evaluate(`location.href = ${JSON.stringify(server.url + path)}`);
      const answer = await until(path, () => seen.find(({ url }) => url === server.url + path));
      expect(answer).toMatchObject({ method: 'GET', status });
      await page.close();
    }
    expect(await told()).toEqual(before);
  });

  it('gets nowhere under a name that it lets stand for this machine', async () => {
    const { page, seen, origin } = await visitor.rebound(Number(server.port));
    const body = { incarnation: I, term: 1 };
    for (const [method, path] of [
      ['GET', '/v1/groups'],
      ['PUT', '/v1/groups/new'],
      ['POST', '/v1/groups/open/runners/a/resign'],
      ['DELETE', `/v1/groups/open/runners/a?incarnation=${I}`],
      ['GET', `/v1/groups/open/runners/a/session?incarnation=${I}`],
      ['GET', '/healthz'],
      ['GET', '/nowhere'],
    ] as const)
      expect(await asks(page, method, path, method === 'GET' ? undefined : body)).toBe('421 host-unknown');
    await page.goto(`${origin}/docs`);
    expect(seen.filter(({ url, status }) => url === `${origin}/docs` && status === 421)).toHaveLength(1);
    expect(await told()).toEqual(before);
  });

  it('while a page of this server reads and changes, and /docs works without a complaint of the browser', async () => {
    const { page } = await visitor.tab();
    const complaints: string[] = [];
    page.on('console', (message) => complaints.push(message.text()));
    page.on('pageerror', (error) => complaints.push(error.message));
    await page.goto(`${server.url}/docs`);
    await page.locator('.opblock').first().waitFor();
    expect(complaints).toEqual([]);
    expect(await asks(page, 'GET', '/v1/groups')).toBe('200');
    expect(await asks(page, 'PUT', '/v1/groups/by-page', {})).toBe('201');
    expect(complaints).toEqual([]);
  });
});
