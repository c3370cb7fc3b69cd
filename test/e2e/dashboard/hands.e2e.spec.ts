import { beforeAll, expect, it } from '@jest/globals';
import type { Route } from 'playwright-core';
import { until } from '@conclave/processes';
import { Dashboard, describeInBrowser, PATIENT } from './dashboard.fixture.js';

describeInBrowser('dashboard: orders by keyboard, in haste, and while all changes', () => {
  const dashboard = new Dashboard();
  const path = '/v1/groups/deploy';
  const dialog = () => dashboard.page.getByRole('dialog');
  const main = () => dialog().locator('button.main');
  const eventsOf = async (type: string): Promise<any[]> =>
    (await dashboard.api.get(`${path}/history?type=${type}`)).body.events;
  const focused = async () => dashboard.page.evaluate('document.activeElement.textContent');
  beforeAll(async () => {
    await dashboard.group('deploy', ['r1', 'r2'], PATIENT);
  });

  it('by keyboard alone: the focus is where it goes on, until the form is closed', async () => {
    const { page } = dashboard;
    await dashboard.show('/groups/deploy?order=pause');
    await main().focus();
    await page.keyboard.press('Enter');
    await dialog()
      .getByText(/^elections are paused, until/)
      .waitFor();
    await dialog().getByRole('button', { name: 'Do it', disabled: false }).waitFor();
    expect(await focused()).toBe('Do it');
    await page.keyboard.press('Enter');
    await dialog().getByText('Done.').waitFor();
    expect(await focused()).toBe('Close');
    await page.keyboard.press('Enter');
    await dialog().waitFor({ state: 'detached' });
    await dashboard.api.delete(`${path}/pause?reason=done`);
  });

  it('a press too many, in the moment in which the plan comes, orders nothing', async () => {
    await dashboard.show('/groups/deploy?order=transfer&runner=r2');
    await dashboard.page.evaluate(`new MutationObserver((_, observer) => {
      if (!document.querySelector('.plan')) return;
      observer.disconnect();
      document.querySelector('dialog button.main').click();
    }).observe(document.body, { subtree: true, childList: true })`);
    await main().click();
    await dialog()
      .getByText(/^r1 is told to stop/)
      .waitFor();
    await dialog().getByRole('button', { name: 'Do it', disabled: false }).waitFor();
    expect(await eventsOf('TransferRequested')).toEqual([]);
  });

  it('what is changed while it is asked what would happen is asked anew: nothing else is ordered than was told', async () => {
    const { page } = dashboard;
    const held = Promise.withResolvers<void>();
    const late = async (route: Route) => {
      await held.promise;
      await route.continue().catch(() => undefined);
    };
    await page.route('**/taints/*dryRun*', late, { times: 1 });
    await dashboard.show('/groups/deploy?order=taint&runner=r2');
    await main().click();
    await dialog().getByLabel('Runner').selectOption('r1');
    held.resolve();
    await dialog().getByRole('button', { name: 'What would happen?', disabled: false }).waitFor();
    await new Promise((done) => setTimeout(done, 300)); // an answer that came late would be there
    expect(await dialog().locator('.plan').count()).toBe(0);
    await main().click();
    await dialog()
      .getByText(/^r1 is tainted/)
      .waitFor();
  });

  it('in a group in which something happens all the time an order can be given', async () => {
    const { page } = dashboard;
    const slow = async (route: Route) => {
      await new Promise((done) => setTimeout(done, 300));
      await route.continue().catch(() => undefined);
    };
    await page.route('**/pause?dryRun*', slow);
    let isOver = false;
    const churn = (async () => {
      for (let n = 0; !isOver; n++)
        await dashboard.api.put(`${path}/runners/r2/taints/k`, { effect: 'PreferNoLead', reason: `${n}` });
    })();
    await dashboard.show('/groups/deploy?order=pause');
    await main().click();
    await dialog().getByRole('button', { name: 'Do it', disabled: false }).waitFor();
    // as a person presses: wherever the button is then, and whatever it is
    const { x, y, width, height } = (await main().boundingBox())!;
    for (let n = 0; n < 3; n++) {
      await new Promise((done) => setTimeout(done, 350));
      expect(await main().isEnabled()).toBe(true);
    }
    await page.mouse.click(x + width / 2, y + height / 2);
    await dialog().getByText('Done.').waitFor();
    isOver = true;
    await churn;
    expect((await eventsOf('ElectionsPaused')).length).toBe(2);
  });

  it('a key that is held down orders nothing, however long', async () => {
    const { page } = dashboard;
    await dashboard.api.delete(`${path}/pause?reason=done`);
    const before = (await eventsOf('ElectionsPaused')).length;
    await dashboard.show('/groups/deploy?order=pause');
    await main().focus();
    await page.keyboard.down('Enter');
    await dialog().getByRole('button', { name: 'Do it', disabled: false }).waitFor();
    for (let n = 0; n < 5; n++) await page.keyboard.down('Enter');
    await page.keyboard.up('Enter');
    expect(await main().textContent()).toBe('Do it');
    expect((await eventsOf('ElectionsPaused')).length).toBe(before);
    await page.keyboard.press('Enter');
    await dialog().getByText('Done.').waitFor();
    expect((await eventsOf('ElectionsPaused')).length).toBe(before + 1);
  });

  it('a press in the moment in which the plan becomes another one orders nothing', async () => {
    await dashboard.group('other', ['r1', 'r2', 'r3'], PATIENT);
    await dashboard.show('/groups/other?order=transfer');
    await main().click();
    const plan = await dialog().locator('.plan').textContent();
    const [, next] = /(r\d) follows/.exec(plan!)!;
    await dialog().getByRole('button', { name: 'Do it', disabled: false }).waitFor();
    await dashboard.page.evaluate(`new MutationObserver((_, observer) => {
      const { textContent } = document.querySelector('.plan');
      if (textContent.includes('${next} follows')) return;
      observer.disconnect();
      document.querySelector('dialog button.main').click();
    }).observe(document.querySelector('dialog'), { subtree: true, childList: true, characterData: true })`);
    await dashboard.api.put(`/v1/groups/other/runners/${next}/taints/k`, { effect: 'NoLead' });
    const [other] = ['r2', 'r3'].filter((id) => id !== next);
    await dialog().getByText(`r1 is told to stop; ${other} follows`).waitFor();
    await dialog().getByRole('button', { name: 'Do it', disabled: false }).waitFor();
    const { body } = await dashboard.api.get('/v1/groups/other/history?type=TransferRequested');
    expect(body.events).toEqual([]);
  });

  it('an instant that is typed counts when it rests, not with each key, and nothing takes its place meanwhile', async () => {
    const { page } = dashboard;
    const { createdAt } = (await dashboard.api.get(path)).body;
    await until('a second to look at', () => Date.now() - Date.parse(createdAt) > 1_000);
    const at = new Date(Date.parse(createdAt) + 500).toISOString();
    const address = () => new URL(page.url()).searchParams.get('at');
    for (const [where, first] of [
      [`/groups/deploy?at=${at}`, createdAt], // nothing is before that
      [`/?at=${at}`, null],
    ]) {
      const field = page.locator('input[type=datetime-local]').first();
      const seen = async () => [await field.inputValue(), address()];
      for (let isSlow = true; isSlow;) {
        await dashboard.show(where);
        await page.getByText(/^As it was at/).waitFor();
        const before = await field.inputValue();
        await field.focus();
        const startMs = performance.now();
        await page.keyboard.press('ArrowUp'); // a month, day or year that has not come yet, wherever it stands
        const typed = await seen();
        await page.keyboard.press('ArrowDown');
        const again = await seen();
        isSlow = performance.now() - startMs > 900; // it may have rested on a machine that stood still
        if (isSlow) continue;
        expect(typed).toEqual([expect.not.stringContaining(before), at]);
        expect(again).toEqual([before, at]);
      }
      await page.keyboard.press('ArrowDown');
      await page.keyboard.press('Enter');
      await page.waitForURL((url) => url.searchParams.get('at')! < at);
      if (first) expect(address()).toBe(first);
    }
  });
});
