import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { Route } from 'playwright-core';
import { Proxy, until } from '@conclave/processes';
import { Dashboard, describeInBrowser, PATIENT } from './dashboard.fixture.js';

describeInBrowser('dashboard: a way to the server that fails', () => {
  const dashboard = new Dashboard();
  const proxy = new Proxy();
  beforeAll(async () => {
    await dashboard.group('deploy', ['r1', 'r2'], PATIENT);
    await dashboard.api.post('/v1/groups/deploy/transfer', { to: 'r2', reason: 'a canary' });
    await dashboard.ledBy('deploy', 'r2');
    await proxy.listen();
  });
  afterAll(async () => proxy.close());
  const show = async (path: string) => dashboard.showThrough(proxy, path);
  const problems = () => dashboard.page.locator('main .problem');

  it('what it says that it asks again it asks again: history, timeline, all groups at an instant, what if', async () => {
    let page = await show('/groups/deploy');
    await page.locator('.history li').first().waitFor();
    await page.locator('.mark').first().waitFor();
    proxy.leadTo(null);
    await page.getByLabel('Kind').selectOption('orders');
    for (let n = 0; n < 3; n++) await page.getByRole('button', { name: 'farther' }).click();
    await page.locator('figure .problem').waitFor();
    await page.locator('section > .problem').getByText('It is asked again by itself').waitFor();
    proxy.leadTo(Number(dashboard.server.port));
    await until('no problem is left', async () => (await problems().count()) === 0);
    await page.locator('.history li').getByText('a canary').first().waitFor();
    page = await show('/groups/deploy/what-if');
    await page.getByText('Change something').waitFor();
    proxy.leadTo(null);
    await page.getByLabel('lease, ms').fill('60000');
    await page.keyboard.press('Enter');
    await problems().first().waitFor();
    proxy.leadTo(Number(dashboard.server.port));
    await page.getByRole('figure', { name: 'What if' }).waitFor();
    await show('/');
    await page.locator('.line').first().waitFor();
    proxy.leadTo(null);
    await page.evaluate(
      `history.pushState(null, '', '/?at=${new Date().toISOString()}'), dispatchEvent(new PopStateEvent('popstate'))`,
    );
    await problems().first().waitFor();
    proxy.leadTo(Number(dashboard.server.port));
    await page.locator('[data-group="deploy"]').getByText('r2 leads').waitFor();
  });

  it('what stands between says that nobody is there, and it is asked again', async () => {
    const { page } = dashboard;
    const bad = { status: 502, contentType: 'text/html', body: '<h1>Bad Gateway</h1>' };
    const group = /\/v1\/groups\/deploy(\?|$)/;
    await page.route(group, async (route) => route.fulfill(bad));
    await show('/groups/deploy');
    await problems().getByText('The server answered 502.').waitFor();
    await new Promise((done) => setTimeout(done, 1_000)); // all news is there that would have it asked anyway
    await page.unroute(group);
    await page.locator('.headline').getByText('r2 leads').waitFor();
  });

  it('answers that end before their end are said to, and the page lives on', async () => {
    const page = await show('/groups/deploy');
    await page.locator('.history li').first().waitFor();
    const cut = async (route: Route) =>
      route.fulfill({ status: 200, contentType: 'application/json', body: '{"events":[{' });
    await page.route('**/deploy/history*', cut, { times: 1 });
    await page.getByLabel('Kind').selectOption('orders');
    await page.locator('section > .problem').getByText('What came is no answer').waitFor();
    await page.locator('.history li').getByText('a canary').first().waitFor();
    await show('/trust');
    await page.route('**/v1/verify', async (route) => route.fulfill({ body: '{"group":"a","ok":true' }));
    await page.getByRole('button', { name: 'Verify all groups' }).click();
    await problems().getByText('Verify again.').waitFor();
  });

  it('an order whose answer is none, or one of a proxy, may have been carried out: so it says, before and after', async () => {
    for (const answer of [
      { status: 504, contentType: 'text/html', body: '<h1>Gateway Timeout</h1>' },
      { status: 200, contentType: 'application/json', body: '{"chan' },
    ]) {
      const page = await show('/groups/deploy?order=pause');
      const dialog = page.getByRole('dialog');
      await dialog.getByRole('button', { name: 'What would happen?' }).click();
      const lose = async (route: Route) => {
        await route.fetch();
        await route.fulfill(answer);
      };
      await dialog.getByRole('button', { name: 'Do it' }).waitFor();
      await page.route('**/pause', lose, { times: 1 });
      await dialog.getByRole('button', { name: 'Do it' }).click();
      await dialog.getByText('Nobody knows whether it was carried out').waitFor();
      await dialog.getByRole('button', { name: 'Do it' }).click();
      await dialog.getByText('Done.').waitFor(); // not: it was so already
      await dashboard.api.delete('/v1/groups/deploy/pause?reason=done');
    }
  });

  it('a filter finds what only the server knows also where an answer takes longer than until the next question', async () => {
    const { page } = dashboard;
    await page.route('**/v1/groups?find=*', async (route) => {
      await new Promise((done) => setTimeout(done, 6_000)); // it is asked every 5 s
      await route.continue().catch(() => undefined);
    });
    await show('/?q=r1'); // which stands by
    await page.getByText('Looking …').waitFor();
    expect(await page.getByText('No group fits this filter').count()).toBe(0);
    await page.locator('[data-group="deploy"]').waitFor();
  });

  it('an answer of another server that has read less is not shown for good', async () => {
    const page = await show('/groups/deploy');
    await page.locator('.headline').getByText('r2 leads').waitFor();
    const group = /\/v1\/groups\/deploy(\?|$)/;
    const before = JSON.stringify((await dashboard.api.get('/v1/groups/deploy')).body);
    await page.route(group, async (route) => {
      const isBound = route.request().url().includes('atLeast');
      await (isBound ? route.continue() : route.fulfill({ contentType: 'application/json', body: before }));
    });
    await dashboard.api.post('/v1/groups/deploy/transfer', { to: 'r1', reason: 'meanwhile' });
    await page.locator('.headline').getByText('r1 leads').waitFor();
    await dashboard.api.post('/v1/groups/deploy/transfer', { to: 'r2', reason: 'back' });
    await page.locator('.headline').getByText('r2 leads').waitFor();
  });

  it('of what is not answered one question waits, however long', async () => {
    const { page } = dashboard;
    await page.clock.install();
    let waiting = 0;
    let most = 0;
    const isLook = (url: string): boolean => url.endsWith('/v1/groups?limit=1');
    page.on('requestfailed', (request) => isLook(request.url()) && waiting--);
    await page.route('**/v1/groups?limit=1', () => {
      most = Math.max(most, ++waiting);
    });
    await show('/');
    await page.locator('.line').first().waitFor();
    for (let n = 0; n < 8; n++) await page.clock.runFor(5_000);
    await until('the first was given up, and asked again', () => most === 1 && waiting === 1);
  });

  it('servers: a line slower than the questions shows the answers; of a server that stands still nothing is shown as if it were so', async () => {
    const { page } = dashboard;
    const ways = ['**/healthz', '**/readyz'];
    for (const way of ways)
      await page.route(way, async (route) => {
        await new Promise((done) => setTimeout(done, 2_500)); // it is asked every 2 s
        await route.continue().catch(() => undefined);
      });
    await show('/servers');
    await page.getByText('Ready.').waitFor();
    for (const way of ways) {
      await page.unroute(way);
      await page.route(way, () => undefined);
    }
    await problems().getByText('The server does not answer.').first().waitFor();
    await until('nothing is said to be ready', async () => (await page.getByText('Ready.').count()) === 0);
  });
});
