import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { Page } from 'playwright-core';
import { Api, Proxy, ServerProcess, until } from '@conclave/processes';
import { Dashboard, describeInBrowser, PATIENT } from './dashboard.fixture.js';

describeInBrowser('dashboard: windows that stay open for days', () => {
  const dashboard = new Dashboard();
  const proxy = new Proxy();
  const leads = (page: Page, group: string, runner: string) =>
    page.locator(`[data-group="${group}"]`).getByText(`${runner} leads`).waitFor();
  beforeAll(async () => {
    await dashboard.group('deploy', ['r1', 'r2'], { ...PATIENT, failover: 'fenced' });
    await dashboard.group('build', ['b1'], PATIENT);
    await proxy.listen();
  });
  afterAll(async () => proxy.close());

  it('more windows of one browser than it has connections: all of them show what is so, and orders are carried out', async () => {
    let isOver = false;
    const churn = (async () => {
      const taint = '/v1/groups/build/runners/b1/taints/k';
      for (let n = 0; !isOver; n++) {
        await dashboard.api.put(taint, { effect: 'PreferNoLead', reason: `${n}` });
        await new Promise((done) => setTimeout(done, 200));
      }
    })().catch(() => undefined); // of a server that is gone
    const windows = [dashboard.page];
    while (windows.length < 8) windows.push(await dashboard.page.context().newPage());
    for (const page of windows) {
      await page.goto(dashboard.server.url, { timeout: 20_000 });
      await leads(page, 'deploy', 'r1');
      await page.locator('[data-group="deploy"]').getByText('2 active').waitFor();
    }
    const [first, ...others] = windows as [Page, ...Page[]];
    await first.goto(`${dashboard.server.url}/groups/deploy?order=transfer&runner=r2`);
    const dialog = first.getByRole('dialog');
    await dialog.getByRole('button', { name: 'What would happen?' }).click();
    await dialog.getByRole('button', { name: 'Do it', disabled: false }).click();
    await dialog.getByText('Done.').waitFor();
    for (const page of others) {
      await leads(page, 'deploy', 'r2');
      expect(await page.locator('.stale').count()).toBe(0);
    }
    isOver = true;
    await churn;
  });

  it('where a browser lets no page keep anything it shows all, and orders are carried out', async () => {
    const { page } = dashboard;
    await page.addInitScript(`{
      const denied = () => new DOMException('denied', 'SecurityError');
      Object.defineProperty(window, 'localStorage', { get() { throw denied(); } });
      navigator.locks.request = async () => { throw denied(); };
    }`);
    await dashboard.show('/groups/build?order=pause');
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Your name').fill('ana');
    await dialog.getByRole('button', { name: 'What would happen?' }).click();
    await dialog.getByRole('button', { name: 'Do it', disabled: false }).click();
    await dialog.getByText('Done.').waitFor();
    await dialog.getByRole('button', { name: 'Close' }).click();
    await page.getByRole('link', { name: 'Groups' }).click();
    await page.locator('[data-group="build"]').getByText('paused by ana').waitFor();
    expect(await page.locator('.stale').count()).toBe(0);
    await dashboard.api.delete('/v1/groups/build/pause');
  });

  it('where another log is at the address nothing of the former one is left, though that one is longer', async () => {
    const other = await ServerProcess.start();
    try {
      const page = await dashboard.showThrough(proxy, '/');
      await leads(page, 'build', 'b1');
      const api = new Api(other.url);
      const one = { incarnation: 'aaaaaaaa-0000-4000-8000-000000000001', ready: true };
      const lengthOf = async (log: Api): Promise<number> => Number((await log.get('/readyz')).body.position);
      for (let n = 0; n < 8 || (await lengthOf(api)) < (await lengthOf(dashboard.api)) + 50; n++) {
        await api.put(`/v1/groups/elsewhere-${n}`, { leaseMs: 600_000 }); // nobody beats
        await api.put(`/v1/groups/elsewhere-${n}/runners/e1`, one);
      }
      proxy.leadTo(Number(other.port));
      await leads(page, 'elsewhere-0', 'e1');
      for (const group of ['build', 'deploy'])
        // they would be on top
        expect(await page.locator(`[data-group="${group}"]`).count()).toBe(0);
    } finally {
      await other.kill();
    }
  });

  it('a machine that has slept says at once that what it shows is old', async () => {
    await dashboard.page.addInitScript(`{
      const { now } = Date;
      Date.now = () => now() + (window.sleptMs ?? 0); // timers do not go on meanwhile
    }`);
    const page = await dashboard.showThrough(proxy, '/');
    await leads(page, 'build', 'b1');
    proxy.freeze();
    const startMs = Date.now();
    await page.evaluate('window.sleptMs = 3 * 3_600_000');
    await page.locator('.stale').waitFor();
    expect(Date.now() - startMs).toBeLessThan(14_000); // what hears nothing is told so after 15 s
    proxy.thaw();
    await until('it hears again', async () => (await page.locator('.stale').count()) === 0);
  });

  it('a window that nobody looks at asks nothing, and is of now as soon as somebody does', async () => {
    const page = await dashboard.show('/servers');
    await page.getByText('Ready.').waitFor();
    const look = async (isHidden: boolean) =>
      page.evaluate(`Object.defineProperty(document, 'hidden', { value: ${isHidden}, configurable: true }),
        document.dispatchEvent(new Event('visibilitychange'))`);
    await look(true);
    await page.waitForLoadState('networkidle');
    let asked = 0;
    page.on('request', () => asked++);
    await new Promise((done) => setTimeout(done, 5_000)); // it asks every 2 s
    expect(asked).toBe(0);
    const again = page.waitForRequest('**/readyz');
    await look(false);
    await again;
  });
});
