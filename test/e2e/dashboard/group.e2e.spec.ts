import { beforeAll, expect, it } from '@jest/globals';
import { until } from '@conclave/processes';
import { Dashboard, describeInBrowser } from './dashboard.fixture.js';

const HOSTILE = '</script><b>x</b>\u202e"\'&amp; 🦊'.padEnd(480, 'ل');

describeInBrowser('dashboard: a group', () => {
  const dashboard = new Dashboard();
  let tainted: string;
  const instants = async (type: string): Promise<string[]> =>
    (await dashboard.api.get(`/v1/groups/deploy/history?type=${type}`)).body.events.map(
      (e: any) => e.meta.at,
    );

  beforeAll(async () => {
    const [r1] = await dashboard.group('deploy', ['r1', 'r2', 'r3']);
    r1!.stop(); // a death: a failover after the lease
    await dashboard.ledBy('deploy', 'r2');
    const taint = { reason: 'bad disk', ttlMs: 600_000 };
    await dashboard.api.put('/v1/groups/deploy/runners/r2/taints/disk', taint, { 'x-conclave-actor': 'ana' });
    await dashboard.ledBy('deploy', 'r3');
    tainted = (await instants('RunnerTainted'))[0]!;
  });

  it('says who leads and why, the order of succession, and what each would need', async () => {
    const page = await dashboard.show('/groups/deploy');
    await page.getByText('r3 leads').first().waitFor();
    await page.getByText('on the order of ana: bad disk').first().waitFor();
    const row = (runner: string) =>
      page.getByRole('row').filter({ has: page.getByRole('rowheader', { name: runner }) });
    await row('r2').getByText('by ana: “bad disk”').waitFor();
    await row('r2').getByText('taint disk lifted').waitFor();
    await row('r1').getByText('a heartbeat of it').waitFor();
    expect(await dashboard.violations()).toEqual([]);
  });

  it('timeline: terms, handover, silence and the order; each is explained by pointer and by keys', async () => {
    const page = await dashboard.show('/groups/deploy');
    const plot = page.getByRole('application');
    for (const kind of ['led', 'told', 'silent', 'flag'])
      await plot.locator(`.mark.${kind}`).first().waitFor();
    expect(await plot.locator('.mark.gap').count()).toBe(0);
    await plot.locator('.mark.flag .hit').last().hover();
    await page.getByText('tainted disk (NoLead) by ana: bad disk').first().waitFor();
    await page.mouse.move(0, 0);
    await plot.focus();
    await page.keyboard.press('n');
    await page
      .locator('.explained')
      .getByText(/group created|r1 led term 1/)
      .waitFor();
    const explained = page.locator('.explained');
    const told: string[] = [];
    while (!told.at(-1)?.includes('r2 led term 2') && told.length < 12) {
      const before = await explained.textContent();
      await page.keyboard.press('n');
      told.push(
        await until(
          'the next one',
          async () => {
            const words = await explained.textContent();
            return words !== before && words;
          },
          3000,
        ).catch(() => `still ${before}`),
      );
    }
    expect(told.at(-1)).toContain('r2 led term 2');
    await page.getByRole('link', { name: 'Why it was elected' }).waitFor();
    await page.keyboard.press('+');
    await page.waitForURL(/from=.*to=/);
    const near = page.url();
    await page.keyboard.press('ArrowLeft');
    await page.waitForURL((url) => url.href !== near);
    await page.keyboard.press('0');
    await page.waitForURL((url) => !url.search.includes('from='));
    await plot.hover();
    await page.mouse.wheel(0, -200); // it has the focus: the wheel is meant for it
    await page.waitForURL(/from=/);
    const zoomed = page.url();
    const box = (await plot.boundingBox())!;
    await page.mouse.move(box.x + box.width / 2, box.y + 10);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width / 4, box.y + 10, { steps: 4 });
    await page.mouse.up();
    await page.waitForURL((url) => url.href !== zoomed);
  });

  it('history in words, filtered by kind, person and cause; the event as it is stored, with its hash', async () => {
    const page = await dashboard.show('/groups/deploy?kind=orders&actor=ana');
    const items = page.locator('.history li');
    await until('one item', async () => (await items.count()) === 1);
    await page.getByRole('button', { name: /^Raw event/ }).click();
    await page.getByText('RunnerTainted, hash').waitFor();
    const [event] = (await dashboard.api.get('/v1/groups/deploy/history?type=RunnerTainted')).body.events;
    await page.locator('.raw code').getByText(event.meta.hash).waitFor();
    await page.waitForURL((url) => url.searchParams.get('event') === String(event.version));
    // a busy machine may call a runner silent before its lease is over: the cause is what the record says
    const { cause } = (await dashboard.api.get('/v1/groups/deploy/history?type=LeadershipEnded')).body
      .events[0].data;
    await page.goto(`${dashboard.server.url}/groups/deploy?cause=${cause}`);
    await items.first().waitFor();
    await items.filter({ hasText: 'r1' }).first().waitFor();
    await page.goto(`${dashboard.server.url}/groups/deploy?actor=nobody`);
    await page.getByText('Nothing in the history fits these filters').waitFor();
  });

  it('any instant: as it was, event by event, what has changed since, and back', async () => {
    const page = await dashboard.show(`/groups/deploy?at=${new Date(Date.parse(tainted) - 1).toISOString()}`);
    await page.getByText(/As it was at .*\d\d:\d\d:\d\d\.\d{3}\./).waitFor();
    await page.locator('.headline').getByText('r2 leads').waitFor();
    expect(await dashboard.violations()).toEqual([]);
    await page.getByRole('button', { name: 'What has changed since?' }).click();
    await page.getByText('lead: r2 leads → r3 leads').waitFor();
    await page.getByText('taints of r2: none → disk (NoLead)').waitFor();
    await page.keyboard.press('ArrowRight');
    await until('the next event', async () => new URL(page.url()).searchParams.get('at') === tainted);
    await page.locator('.headline').getByText('r2 hands over to r3').waitFor();
    await page.keyboard.press('ArrowLeft');
    await page.locator('.headline').getByText('r2 leads').waitFor();
    await page.getByRole('button', { name: 'Play' }).click(); // event by event, until now
    await page.getByText('Live.').waitFor();
    await page.locator('.headline').getByText('r3 leads').waitFor();
    await page.getByRole('button', { name: '← event before' }).click();
    await page.getByRole('button', { name: 'Back to now' }).click();
    await page.locator('.headline').getByText('r3 leads').waitFor();
    await page.waitForURL((url) => !url.searchParams.has('at'));
  });

  it('text of anybody changes nothing but its own place', async () => {
    await dashboard.group('hostile', ['h1']);
    await dashboard.runner('hostile', 'h2', { labels: { '<i>&': HOSTILE.slice(0, 255) } });
    await dashboard.api.put('/v1/groups/hostile/runners/h2/taints/x', { reason: HOSTILE });
    const page = await dashboard.show('/groups/hostile');
    const quoted = HOSTILE.replace('\u202e', '\\u202e');
    await page.locator('.taint').getByText(quoted.slice(0, 60)).waitFor();
    expect(await page.locator('main b:not(.legend b), main script, main i:not(.key)').count()).toBe(0);
    expect(await page.evaluate('document.documentElement.scrollWidth <= window.innerWidth')).toBe(true);
    expect(await dashboard.violations()).toEqual([]);
  });

  it('phone width and dark; a group that is not there says so', async () => {
    await dashboard.open({ viewport: { width: 360, height: 740 }, colorScheme: 'dark' });
    const page = await dashboard.show('/groups/deploy');
    await page.locator('.history li').first().waitFor();
    await page.locator('.mark.led').first().waitFor();
    expect(await page.evaluate('document.documentElement.scrollWidth <= window.innerWidth')).toBe(true);
    expect(await dashboard.violations()).toEqual([]);
    await dashboard.show('/groups/nobody');
    await page.getByRole('alert').getByText('nobody').waitFor();
    expect(await dashboard.violations()).toEqual([]);
  });

  it('in forced colours what is drawn is explained by its colours', async () => {
    const page = await dashboard.show('/groups/deploy');
    await page.locator('.legend').waitFor();
    const adjusted = `getComputedStyle(document.querySelector('.key.gap')).forcedColorAdjust`;
    expect(await page.evaluate(adjusted)).toBe('none');
  });

  it('the smallest phone: no page is wider than it', async () => {
    await dashboard.open({ viewport: { width: 320, height: 640 } });
    const { page } = dashboard;
    const names =
      'beats decisions writes requests refused leaderless streams loopDelayP99Ms deafMs heapBytes';
    const minute = Object.fromEntries(names.split(' ').map((name) => [name, 123_456_789]));
    const minutes = [0, 1].map((n) => ({ ...minute, at: new Date(Date.now() - n).toISOString() }));
    await page.route('**/v1/figures', async (route) => route.fulfill({ json: { minutes } }));
    const long = 'x'.repeat(63);
    await dashboard.api.put(`/v1/groups/${long}`, {});
    const at = new Date().toISOString();
    for (const [path, sign] of [
      ['/', `[data-group="${long}"]`],
      [`/?at=${at}`, `[data-group="${long}"]`],
      ['/servers', '.lines-of svg'],
      ['/trust', 'main h1'],
      [`/groups/${long}`, '.headline'],
      ['/groups/deploy/why', 'main h1'],
      ['/groups/deploy/what-if', 'main h1'],
    ] as const) {
      await dashboard.show(path);
      await page.locator(sign).first().waitFor();
      expect([
        path,
        await page.evaluate('document.documentElement.scrollWidth <= window.innerWidth'),
      ]).toEqual([path, true]);
    }
  });
});
