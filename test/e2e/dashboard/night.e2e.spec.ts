import { expect, it } from '@jest/globals';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Cli, dropFolder, until } from '@conclave/processes';
import { Dashboard, describeInBrowser, PATIENT } from './dashboard.fixture.js';

describeInBrowser('dashboard: what somebody reads who was woken up', () => {
  const dashboard = new Dashboard();
  const line = (group: string) => dashboard.page.locator(`[data-group="${group}"]`);
  const row = (name: string) =>
    dashboard.page
      .getByRole('row')
      .filter({ has: dashboard.page.locator('th .text', { hasText: new RegExp(`^${name}$`) }) });
  const address = async (path: string) =>
    dashboard.page.evaluate(
      `history.pushState(null, '', ${JSON.stringify(path)}), dispatchEvent(new PopStateEvent('popstate'))`,
    );
  const pause = async (ms: number) => new Promise((done) => setTimeout(done, ms));

  it('the slider: one instant for one drag, however long it is held; keys keep the place that they have', async () => {
    await dashboard.group('deploy', ['r1', 'r2'], PATIENT);
    const page = await dashboard.show('/groups/deploy');
    await page.locator('.mark').first().waitFor();
    await until('some seconds to choose from', async () => {
      const { createdAt } = (await dashboard.api.get('/v1/groups/deploy')).body;
      return Date.now() - Date.parse(createdAt) > 6_000;
    });
    const slider = page.getByRole('slider');
    const value = async (): Promise<number> => Number(await slider.inputValue());
    const { x, y, width, height } = (await slider.boundingBox())!;
    const before = await page.evaluate<number>('history.length');
    await page.mouse.move(x + width - 8, y + height / 2);
    await page.mouse.down();
    await page.mouse.move(x + width / 2, y + height / 2, { steps: 8 });
    const chosen = await value();
    await pause(1_500); // the page goes on meanwhile
    expect(await value()).toBe(chosen);
    await page.mouse.up();
    await page.getByText(/^As it was at/).waitFor();
    expect(new URL(page.url()).searchParams.get('at')).toBe(new Date(chosen).toISOString());
    expect(await page.evaluate('history.length')).toBe(before + 1);
    await page.getByRole('button', { name: 'Back to now' }).click();
    await page.getByText('Live.').waitFor();
    await slider.focus();
    await page.keyboard.press('PageDown');
    await page.getByText(/^As it was at/).waitFor();
    expect(await page.evaluate('document.activeElement.type')).toBe('range');
  });

  it('how it was at one instant is not shown as another one’s, and what cannot be read is said', async () => {
    const { events } = (await dashboard.api.get('/v1/groups/deploy/history?type=LeaderElected')).body;
    const led = events[0].meta.at;
    await dashboard.api.put('/v1/groups/deploy/runners/r1/taints/a', { reason: 'x' });
    await dashboard.api.put('/v1/groups/deploy/runners/r2/taints/a', { reason: 'x' });
    await until('nobody leads', async () => {
      return (await dashboard.api.get('/v1/groups/deploy/leader')).body.state === 'leaderless';
    });
    const nobody = new Date().toISOString();
    await pause(50);
    await dashboard.api.delete('/v1/groups/deploy/runners/r1/taints/a');
    await dashboard.ledBy('deploy', 'r1');
    await dashboard.api.put('/v1/groups/deploy/runners/r1/taints/a', { reason: 'x' });
    const page = await dashboard.show('/');
    await line('deploy')
      .getByText(/^nobody leads for/)
      .waitFor();
    await address(`/?at=${nobody}`);
    await page.getByText('As it was at').waitFor();
    await line('deploy').waitFor();
    // since when, the terms of now do not tell
    expect(await line('deploy').locator('.state').innerText()).toBe('nobody leads');
    const held = Promise.withResolvers<void>();
    const hold = async (route: any) => {
      await held.promise;
      await route.continue();
    };
    await page.route('**/v1/at?*', hold);
    await page.route('**/deploy/at?*', hold);
    await address(`/?at=${led}`);
    await page.getByText('Reading the groups …').waitFor();
    expect(await line('deploy').count()).toBe(0);
    await address(`/groups/deploy?at=${led}`);
    await page.getByText(/^Reading group/).waitFor();
    held.resolve();
    await page.locator('.headline').getByText('r1 leads').waitFor();
    await page.getByText(/^As it was at/).waitFor();
    await page.route('**/deploy/history?since*', async (route) => route.abort());
    await page.getByRole('button', { name: 'Play' }).click();
    await page.locator('.slider .problem').getByText('Try again.').waitFor();
    await page.getByRole('button', { name: 'Play' }).waitFor();
    await dashboard.show('/?at=2020-01-01T00:00:00Z');
    await page.getByText('There was no group then.').waitFor();
  });

  it('whoever has left is not led back by an answer that came late', async () => {
    const page = await dashboard.show('/groups/deploy');
    const held = Promise.withResolvers<void>();
    await page.route('**/deploy/at?*', async (route) => {
      await held.promise;
      await route.continue().catch(() => undefined);
    });
    await page.getByRole('button', { name: '← event before' }).click();
    await page.getByRole('link', { name: 'Groups' }).click();
    await page.locator('.line').first().waitFor();
    held.resolve();
    await new Promise((done) => setTimeout(done, 500));
    expect(new URL(page.url()).pathname).toBe('/');
  });

  it('of a group that was deleted meanwhile nothing is shown as if it were so', async () => {
    await dashboard.api.put('/v1/groups/gone', {});
    const page = await dashboard.show('/groups/gone');
    await page.locator('.headline').waitFor();
    const asked = await page.context().newPage();
    await asked.goto(`${dashboard.server.url}/groups/gone/what-if?leaseMs=5000`);
    await asked.getByText('Nothing would have been otherwise.').waitFor();
    const folder = mkdtempSync(join(tmpdir(), 'conclave-gone-'));
    const cli = new Cli({ CONCLAVE_URL: dashboard.server.url });
    const deleted = await cli.run('delete', 'gone', '--out', folder, '--reason', 'over', '--yes');
    dropFolder(folder);
    expect(deleted).toMatchObject({ code: 0 });
    await page.getByRole('alert').getByText('was deleted').first().waitFor();
    await until('the rest is gone', async () => (await page.locator('.headline').count()) === 0);
    expect(await page.getByRole('button', { name: 'Pause …' }).count()).toBe(0);
    await asked.getByRole('alert').getByText('was deleted').first().waitFor();
    expect(await asked.getByText('Nothing would have been otherwise.').count()).toBe(0);
  });

  it('a large group: when each was heard is of the time at which it was read, and is read when asked for', async () => {
    await dashboard.api.put('/v1/groups/large', { leaseMs: 600_000 });
    const path = (n: number) => `/v1/groups/large/runners/r-${n}`;
    const one = (n: number) => ({ incarnation: `aaaaaaaa-0000-4000-8000-${String(n).padStart(12, '0')}` });
    for (let n = 0; n < 210; n += 30)
      await Promise.all(
        Array.from({ length: 30 }, async (_, m) =>
          dashboard.api.put(path(n + m), { ...one(n + m), ready: true }),
        ),
      );
    await dashboard.api.post(`${path(1)}/heartbeat`, { ...one(1), sequence: 1 });
    const page = await dashboard.show('/groups/large');
    const heard = row('r-1').getByText(/^heard .* before$/);
    await row('r-1')
      .getByText(/^to come before/)
      .waitFor(); // the last that comes
    await heard.waitFor();
    await pause(500);
    const words = await heard.innerText();
    await pause(2_500);
    expect(await heard.innerText()).toBe(words);
    await page.getByText(/^When each was heard was read at/).waitFor();
    const asked = page.waitForResponse((response) => response.url().includes('/large/runners'));
    await page.getByRole('button', { name: 'Read it now' }).click();
    expect((await asked).status()).toBe(200);
    expect(await dashboard.violations()).toEqual([]);
  });

  it('a handover, and orders that end when a runner is gone; buttons say to whom they belong', async () => {
    await dashboard.api.put('/v1/groups/hand', { leaseMs: 600_000, drainMs: 60_000 }); // nobody beats, nobody releases
    for (const n of [1, 2]) {
      const incarnation = `aaaaaaaa-0000-4000-8000-00000000000${n}`;
      await dashboard.api.put(`/v1/groups/hand/runners/h${n}`, { incarnation, ready: true });
    }
    const until1 = { until: { runnerGone: 'h1', silentMs: 5_000 }, reason: 'x' };
    await dashboard.api.put('/v1/groups/hand/runners/h2/taints/disk', { ...until1, effect: 'PreferNoLead' });
    await dashboard.api.put('/v1/groups/hand/pause', { reason: 'x' });
    const page = await dashboard.show('/groups/hand');
    await page.locator('.headline').waitFor();
    expect(await page.locator('.headline').innerText()).toMatch(
      /^h1 leads for .*, term 1, elections are paused\.$/,
    );
    await dashboard.api.delete('/v1/groups/hand/pause');
    await dashboard.api.put('/v1/groups/hand/pin', { runner: 'h2', mode: 'strict', ...until1 });
    await page.locator('.standing').getByText('until h1 is gone for 5.0 s').waitFor();
    await row('h2').locator('.taint').getByText('until h1 is gone for 5.0 s').waitFor();
    await row('h1').getByText('told to stop').waitFor();
    expect(await page.locator('.headline').innerText()).toMatch(/^h1 hands over to h2; it has led for /);
    for (const name of ['Lift … disk of h2', 'Pin … h2', 'Transfer to … h2'])
      await page.getByRole('button', { name, exact: true }).waitFor();
    await page.locator('.mark.told').first().hover();
    await page
      .locator('.explained')
      .getByText(/^h1 was told to stop.*, and has not yet, since/)
      .waitFor();
    await dashboard.show('/');
    await line('hand')
      .getByText(/^h1 hands over to h2 after/)
      .waitFor();
  });

  it('an election page tells when its term ends; a link to an event leads to it', async () => {
    await dashboard.group('ends', ['e1', 'e2'], PATIENT);
    const page = await dashboard.show('/groups/ends/why/1');
    await page.getByText(/leads still/).waitFor();
    await dashboard.api.post('/v1/groups/ends/transfer', { to: 'e2', reason: 'x' });
    await page.getByText(/ended at .* it was told to stop, and did/).waitFor();
    await page.setViewportSize({ width: 900, height: 400 });
    await dashboard.show('/groups/ends?event=2#history');
    await page.locator('.raw').waitFor();
    await until('it is in sight', async () => {
      const { y } = (await page.locator('.raw').boundingBox())!;
      return y < 400 && y > -400;
    });
  });

  it('servers: figures that may not be read are not said to come; what is old stays said', async () => {
    const { page } = dashboard;
    const refused = { code: 'forbidden', detail: '"ana" may not GET /v1/figures.', status: 403 };
    const stale = { 'x-conclave-stale-ms': '60000' };
    const late = async (route: any) => {
      const response = await route.fetch();
      await route.fulfill({ response, headers: { ...response.headers(), ...stale } });
    };
    await page.route('**/v1/clocks', late);
    await page.route('**/v1/log', late);
    await page.route('**/v1/servers', late);
    await page.route('**/v1/groups?limit=1', late);
    await page.route('**/v1/whoami', late);
    await page.route('**/v1/figures', async (route) =>
      route.fulfill({ status: 403, json: refused, headers: stale }),
    );
    await dashboard.show('/servers');
    await page.getByRole('alert').getByText('may not GET /v1/figures').waitFor();
    await page.locator('.stale').waitFor();
    await page.evaluate(`new MutationObserver(() => {
      if (!document.querySelector('.stale')) window.hasGone = true;
    }).observe(document.body, { subtree: true, childList: true })`);
    await pause(5_000); // two looks at everything
    expect(await page.evaluate('window.hasGone')).toBeUndefined();
  });

  it('where the log was replaced no page says that there is no group', async () => {
    const { page } = dashboard;
    const news = { ...(await dashboard.api.get('/v1/groups/deploy/leader')).body };
    const body = `id: 5\nevent: leader\ndata: ${JSON.stringify(news)}\n\nid: 5\nevent: synced\ndata: {"position":"5"}\n\n`;
    let isFirst = true;
    await page.route('**/v1/watch?*', async (route) => {
      if (isFirst) await route.fulfill({ contentType: 'text/event-stream', body });
      else
        await route.fulfill({
          status: 503,
          json: { code: 'position-not-reached', detail: 'not read that far' },
        });
      isFirst = false;
    });
    await dashboard.show('/');
    await page.locator('main .problem').getByText('position-not-reached').waitFor();
    expect(await page.getByRole('heading', { name: 'No group yet' }).count()).toBe(0);
  });
});
