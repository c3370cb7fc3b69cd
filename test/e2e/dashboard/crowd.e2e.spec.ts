import { expect, it } from '@jest/globals';
import { until } from '@conclave/processes';
import { Dashboard, describeInBrowser } from './dashboard.fixture.js';

const GROUPS = 1_000;

describeInBrowser('dashboard: many groups', () => {
  const dashboard = new Dashboard();

  it('draws those on the screen only, paints at once, and reaches the last by scrolling', async () => {
    for (let n = 0; n < GROUPS; n += 50)
      await Promise.all(
        Array.from({ length: 50 }, async (_, m) =>
          dashboard.api.put(`/v1/groups/g-${String(n + m).padStart(4, '0')}`, { leaseMs: 60_000 }),
        ),
      );
    const page = await dashboard.show('/');
    await page.getByText(`${GROUPS.toLocaleString('en-GB')} groups`).waitFor();
    const paint = await page.evaluate<number>(
      `performance.getEntriesByName('first-contentful-paint')[0].startTime`,
    );
    await page.locator('[data-group="g-0000"]').waitFor();
    const drawn = await page.evaluate<number>('performance.now()');
    expect(await page.locator('.line').count()).toBeLessThan(60);
    const frames = await page.evaluate<number[]>(SCROLL);
    await page.locator('[data-group="g-0999"]').waitFor();
    console.log(
      `first paint ${Math.round(paint)} ms, all groups there after ${Math.round(drawn)} ms; ${frames.length} frames, tasks over 50 ms: ${await page.evaluate<string>('window.longTasks')}`,
    );
    expect(frames.length).toBeGreaterThan(100);
    await page.evaluate(
      `addEventListener('beforeprint', () => (window.printed = document.querySelectorAll('.line').length))`,
    );
    await page.pdf();
    expect(await page.evaluate('window.printed')).toBe(GROUPS); // not blank sheets after those on the screen
    await page.keyboard.press('/');
    await page.keyboard.type('g-0500');
    await until('one line', async () => (await page.locator('.line').count()) === 1);
  });

  it('a group that changes its leader all the time: the strip shows the newest terms, and nobody missing after them', async () => {
    const path = '/v1/groups/a-flapping';
    await dashboard.api.put(path, { failover: 'fenced', leaseMs: 600_000 });
    const incarnations = ['aaaaaaaa-0000-4000-8000-00000000000a', 'aaaaaaaa-0000-4000-8000-00000000000b'];
    for (const [n, incarnation] of incarnations.entries())
      await dashboard.api.put(`${path}/runners/r${n}`, { incarnation, ready: true });
    for (let n = 0; n < 1_010; n++) {
      const { term, leader } = (await dashboard.api.get(`${path}/leader`)).body;
      const incarnation = incarnations[Number(leader.runner.slice(1))];
      await dashboard.api.post(`${path}/runners/${leader.runner}/release`, { incarnation, term });
    }
    await dashboard.show('/?q=a-flapping');
    const strip = dashboard.page
      .locator('[data-group="a-flapping"]')
      .getByRole('img', { name: /the last 24 h/ });
    await strip.waitFor();
    expect(await strip.getAttribute('aria-label')).toBe(
      'the last 24 h: 1,000 terms or more, never without a leader once there was one',
    );
  });

  it('a group of 1,000 runners: the first of them at once, more when asked for', async () => {
    const put = async (n: number) => {
      const incarnation = `aaaaaaaa-0000-4000-8000-${String(n).padStart(12, '0')}`;
      await dashboard.api.put(`/v1/groups/crowd/runners/r-${n}`, { incarnation, ready: true });
    };
    await dashboard.api.put('/v1/groups/crowd', { leaseMs: 600_000 }); // nobody beats, however slow this machine is
    for (let n = 0; n < 1_000; n += 20)
      await Promise.all(Array.from({ length: 20 }, async (_, m) => put(n + m)));
    const page = await dashboard.show('/groups/crowd');
    await page.getByText(/^These are 50 of 1,000 runners/).waitFor();
    await page.getByRole('button', { name: '50 more' }).click();
    await page.getByText(/^These are 100 of 1,000 runners/).waitFor();
    await page.locator('.mark.led').first().waitFor();
    await page.getByText(/runners that led less are left out/).waitFor();
    expect(await page.getByRole('row').count()).toBe(101);
  });

  it('what the server tells in several pages is shown whole, the newest first: elections, history', async () => {
    const path = '/v1/groups/crowd';
    await dashboard.api.put(path, { failover: 'fenced' });
    for (let n = 0; n < 14; n++) await dashboard.api.post(`${path}/transfer`, { to: `r-${n % 2 ? 7 : 8}` });
    await dashboard.api.put(`${path}/runners/r-9/taints/last`, { reason: 'the very newest' });
    const { term } = (await dashboard.api.get(`${path}/leader`)).body;
    const part = (await dashboard.api.get(`${path}/elections?from=${term - 13}&limit=14`)).body;
    expect(part.next).not.toBeNull(); // or this shows nothing
    const page = await dashboard.show('/groups/crowd/why');
    await page
      .locator('.history li')
      .first()
      .getByRole('link', { name: `term ${term}` })
      .waitFor();
    await page.goto(`${dashboard.server.url}/groups/crowd`);
    await page.locator('.history li').first().getByText('the very newest').waitFor();
  });

  it('beside a group as it was long ago stands what had happened by then', async () => {
    const path = '/v1/groups/old/runners/r1';
    const incarnation = 'aaaaaaaa-0000-4000-8000-000000000001';
    await dashboard.api.put('/v1/groups/old', { leaseMs: 600_000 }); // nobody beats
    await dashboard.api.put(path, { incarnation, ready: true });
    const { at } = (await dashboard.api.put(`${path}/taints/t`, { reason: 'the old one' })).body.events[0]
      .meta;
    for (let n = 0; n < 80; n++) await dashboard.api.put(`${path}/taints/t`, { reason: `newer ${n}` });
    const page = await dashboard.show(`/groups/old?at=${at}`);
    await page.locator('.history li:not(.later)', { hasText: 'the old one' }).last().waitFor();
    await page.getByRole('button', { name: 'The newest' }).click();
    await page.locator('.history li').first().getByText('newer 79').waitFor();
  });
});

/** From top to bottom in 120 steps, one a frame, and how long each frame took. */
const SCROLL = `new Promise((done) => {
  const long = [];
  new PerformanceObserver((list) => long.push(...list.getEntries().map((e) => Math.round(e.duration)))).observe({ type: 'longtask' });
  const frames = [];
  const step = document.documentElement.scrollHeight / 120;
  let last = performance.now();
  const next = () => {
    frames.push(performance.now() - last);
    last = performance.now();
    window.scrollBy(0, step);
    if (frames.length < 125) requestAnimationFrame(next);
    else { window.longTasks = JSON.stringify(long); done(frames); }
  };
  requestAnimationFrame(next);
})`;
