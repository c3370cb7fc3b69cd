import { afterAll, expect, it } from '@jest/globals';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ServerProcess, until, dropFolder } from '@conclave/processes';
import { Dashboard, describeInBrowser, PATIENT } from './dashboard.fixture.js';

describeInBrowser('dashboard: all groups', () => {
  const dashboard = new Dashboard();
  const line = (group: string) => dashboard.page.locator(`[data-group="${group}"]`);

  it('a first visit shows the three lines that make a group, and shows it as soon as they were sent', async () => {
    const page = await dashboard.show('/');
    await page.getByRole('heading', { name: 'No group yet' }).waitFor();
    const shown = (await page.locator('pre').textContent())!;
    expect(shown.split('\n')).toHaveLength(3);
    expect(shown).toContain(`curl -X PUT ${dashboard.server.url}/v1/groups/deploy/runners/runner-1`);
    expect(await dashboard.violations()).toEqual([]);
    await dashboard.group('deploy', ['r1', 'r2'], PATIENT);
    await line('deploy').getByText('r1 leads').waitFor();
  });

  it('who leads, runners by status, what comes next; a failover appears without reload', async () => {
    const page = await dashboard.show('/');
    await line('deploy').getByText('2 active').waitFor();
    await line('deploy').locator('svg rect.led').first().waitFor();
    const taint = { reason: 'bad disk', ttlMs: 600_000 };
    await dashboard.api.put('/v1/groups/deploy/runners/r1/taints/disk', taint, { 'x-conclave-actor': 'ana' });
    await line('deploy').getByText('r2 leads').waitFor();
    await line('deploy').getByText('term 2').waitFor();
    const pin = { runner: 'r2', reason: 'canary', ttlMs: 600_000 };
    await dashboard.api.put('/v1/groups/deploy/pin', pin, { 'x-conclave-actor': 'bob' });
    await line('deploy').getByText('pinned to r2 by bob, for 9 min more').waitFor();
    expect(page.url()).toBe(`${dashboard.server.url}/`);
  });

  it('news are on the screen at once, and marked for a moment', async () => {
    await dashboard.group('fast', ['f1', 'f2'], { ...PATIENT, failover: 'fenced' });
    const page = await dashboard.show('/');
    await line('fast').getByText('f1 leads').waitFor();
    const seen = page.evaluate<number>(`new Promise((done) => {
      const look = () => document.querySelector('[data-group="fast"].news .state')?.textContent.startsWith('f2 leads') && done(Date.now());
      new MutationObserver(look).observe(document.body, { subtree: true, childList: true, characterData: true, attributes: true });
    })`);
    await dashboard.api.post('/v1/groups/fast/transfer', { to: 'f2' });
    const tookMs = (await seen) - Date.parse((await dashboard.api.get('/v1/groups/fast')).body.leader.since);
    console.log(`a change of leader was on the screen after ${tookMs} ms`);
    expect(tookMs).toBeGreaterThan(0);
  });

  it('what needs a person is on top, with its reason, since when, and in red; the title counts it', async () => {
    const [alone] = await dashboard.group('zz-night', ['n1']);
    const page = await dashboard.show('/');
    await line('zz-night').getByText('n1 leads').waitFor();
    alone!.stop();
    await line('zz-night').getByText('nobody leads').waitFor();
    await line('zz-night').getByText('Runner "n1" is silent since').waitFor();
    await page.locator('.line').first().and(line('zz-night')).waitFor();
    await until('the title counts it', async () => (await page.title()) === '(1) Conclave');
    await page.getByText('1 needs a person').waitFor();
    await line('zz-night').locator('svg rect.gap').waitFor();
    expect(await dashboard.violations()).toEqual([]);
  });

  it('filters stand in the address, and an address shows them; the keyboard does all', async () => {
    await dashboard.group('other', ['x1'], PATIENT);
    const page = await dashboard.show('/?q=ot&state=led');
    await line('other').waitFor();
    await until('one line', async () => (await page.locator('.line').count()) === 1);
    await page.keyboard.press('Escape');
    await line('deploy').waitFor();
    await page.keyboard.press('/');
    await page.keyboard.type('deploy r2');
    await until('one line', async () => (await page.locator('.line').count()) === 1);
    await page.waitForURL((url) => url.search === '?q=deploy+r2');
    await page.keyboard.press('Escape');
    await page.keyboard.press('j');
    await page.locator('.line.chosen[data-group="deploy"]').waitFor();
    await page.keyboard.press('Enter');
    await page.waitForURL('**/groups/deploy');
    await page.goBack();
    await page.keyboard.press('?');
    await page.getByRole('dialog', { name: 'Keys' }).waitFor();
    expect(await dashboard.violations()).toEqual([]);
    await page.keyboard.press('Escape');
    await until('it is closed', async () => (await page.getByRole('dialog').count()) === 0);
    await page.keyboard.press('j');
    await page.goto(`${dashboard.server.url}/?q=bob`); // who pinned it; the watch does not tell that
    await until('one line', async () => (await page.locator('.line').count()) === 1);
    await line('deploy').waitFor();
    await page.goto(`${dashboard.server.url}/?q=nothing-like-it`);
    await page.getByText('No group fits this filter').waitFor();
  });

  it('any instant: the groups as they were then, and back to now', async () => {
    const before = (await dashboard.api.get('/v1/groups/deploy/history?type=LeadershipRevoked')).body
      .events[0].meta.at;
    const at = new Date(Date.parse(before) - 1).toISOString();
    const page = await dashboard.show(`/?at=${at}`);
    await line('deploy').getByText('r1 leads').waitFor();
    await page.getByText('As it was at').waitFor();
    expect(await dashboard.violations()).toEqual([]);
    await page.getByRole('button', { name: 'Back to now' }).click();
    await line('deploy').getByText('r2 leads').waitFor();
    await page.waitForURL((url) => url.search === '');
    await dashboard.show('/?at=foo');
    await line('deploy').getByText('r2 leads').waitFor();
    await page.getByText('“foo” is no instant: this is now.').waitFor();
    expect(await page.getByText('As it was at').count()).toBe(0);
    await dashboard.show('/groups/deploy/?at=foo');
    await page.getByText('“foo” is no instant: this is now.').waitFor();
    await dashboard.show('/groups/deploy/nothing');
    await page.getByText('Nothing is here').waitFor();
  });

  it('phone width and dark: nothing sticks out, nothing is too pale', async () => {
    await dashboard.open({ viewport: { width: 360, height: 740 }, colorScheme: 'dark' });
    const page = await dashboard.show('/');
    await line('deploy').locator('svg').waitFor();
    expect(await page.evaluate('document.documentElement.scrollWidth <= window.innerWidth')).toBe(true);
    expect(await dashboard.violations()).toEqual([]);
    await dashboard.show('/servers');
    const value = await page.locator('.facts dd').first().boundingBox();
    expect(value!.width).toBeGreaterThan(120); // what is said has the larger half
  });
});

describeInBrowser('dashboard: a server that hears nothing from its store', () => {
  const dashboard = new Dashboard();

  it('its news are not shown as fresh, as long as it says how old they are', async () => {
    await dashboard.group('deploy', ['r1', 'r2'], PATIENT);
    const page = await dashboard.show('/');
    await page.locator('[data-group="deploy"]').getByText('r1 leads').waitFor();
    expect(await page.locator('.stale').count()).toBe(0);
    const asked = '**/v1/groups?limit=1';
    await page.route(asked, async (route) => {
      const response = await route.fetch();
      await route.fulfill({ response, headers: { ...response.headers(), 'x-conclave-stale-ms': '59874' } });
    });
    await page
      .getByText(/May be out of date since .*\d\d:\d\d:\d\d: the server hears nothing from its store/)
      .waitFor();
    expect(await dashboard.violations()).toEqual([]);
    await page.unroute(asked);
    await until('it hears again', async () => (await page.locator('.stale').count()) === 0);
  });
});

describeInBrowser('dashboard: a lost connection', () => {
  const folder = mkdtempSync(join(tmpdir(), 'conclave-dashboard-'));
  const dashboard = new Dashboard(() => ({ CONCLAVE_STORE: `sqlite:${join(folder, 'log.db')}` }));
  let other: ServerProcess | undefined;
  afterAll(async () => {
    await other?.kill();
    dropFolder(folder);
  });

  it('says since when it may be out of date, and comes back by itself, without missing news', async () => {
    await dashboard.group('deploy', ['r1', 'r2'], PATIENT);
    const page = await dashboard.show('/');
    const line = page.locator('[data-group="deploy"]');
    await line.getByText('r1 leads').waitFor();
    const { port } = dashboard.server;
    await dashboard.server.kill();
    await page.getByText(/May be out of date since .*\d\d:\d\d:\d\d/).waitFor();
    expect(await dashboard.violations()).toEqual([]);
    await line.getByText('r1 leads').waitFor(); // what was known stays to be read
    const store = { CONCLAVE_STORE: `sqlite:${join(folder, 'log.db')}` };
    other = await ServerProcess.start({ ...store, CONCLAVE_PORT: port });
    await until('it says so no more', async () => (await page.locator('.stale').count()) === 0); // nothing happens
    await dashboard.api.post('/v1/groups/deploy/transfer', { to: 'r2', reason: 'while it was away' });
    await line.getByText('r2 leads').waitFor();
    await until('one line', async () => (await page.locator('.line').count()) === 1);
    await other.kill();
    await page.locator('.stale').waitFor();
    await line.getByRole('link', { name: 'deploy' }).click();
    await page.getByText('The server does not answer. It is asked again by itself').first().waitFor();
    other = await ServerProcess.start({ ...store, CONCLAVE_PORT: port });
    await page.locator('.headline').getByText('r2 leads').waitFor();
    await page
      .getByRole('button', { name: /^Taint/ })
      .first()
      .waitFor(); // who it is was asked again, too
  });
});
