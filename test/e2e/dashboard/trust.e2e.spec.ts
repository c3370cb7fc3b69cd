import { beforeAll, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { until } from '@conclave/processes';
import { Dashboard, describeInBrowser } from './dashboard.fixture.js';

describeInBrowser('dashboard: trust and servers', () => {
  const dashboard = new Dashboard();
  beforeAll(async () => {
    await dashboard.group('deploy', ['r1', 'r2']);
    await dashboard.group('build', ['b1']);
  });

  it('verifies all groups, or one, with progress and figures', async () => {
    const page = await dashboard.show('/trust');
    await page.evaluate(`window.said = [], new MutationObserver(() => {
      const words = document.querySelector('main [role=status]')?.textContent;
      if (words && words !== window.said.at(-1)) window.said.push(words);
    }).observe(document.body, { subtree: true, childList: true, characterData: true })`);
    await page.getByRole('button', { name: 'Verify all groups' }).click();
    await page.getByText(/^All of it holds\. 2 groups, \d+ events/).waitFor();
    expect(await page.evaluate('window.said')).toEqual([expect.stringMatching(/^All of it holds/)]);
    await page.getByText(/events? of 2 groups at/).waitFor();
    await page.locator('pre').getByText(/^eyJ/).waitFor();
    const { keys } = (await dashboard.api.get('/v1/keys')).body;
    await page.locator('.keylist').getByText(keys[0].kid).waitFor();
    expect(await dashboard.violations()).toEqual([]);
    await page.getByLabel('Group').fill('depl');
    const named = `[...document.querySelectorAll('datalist option')].map(({ value }) => value).join()`;
    await until('the group that fits', async () => (await page.evaluate(named)) === 'deploy');
    await page.getByLabel('Group').fill('deploy');
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Verify deploy' }).click();
    await page.getByText(/^All of it holds\. 1 group, /).waitFor();
  });

  it('saves evidence that is the one of the server, and the report', async () => {
    const page = await dashboard.show('/trust?group=deploy');
    for (const [name, file, text] of [
      ['Evidence, signed', 'deploy.evidence.ndjson', 'LeaderElected'],
      ['Report', 'deploy.report.html', '<!doctype html>'],
      ['Terms, CSV', 'deploy.tenures.csv', 'r1'],
    ] as const) {
      const [saved] = await Promise.all([
        page.waitForEvent('download'),
        page.getByRole('button', { name }).click(),
      ]);
      expect(saved.suggestedFilename()).toBe(file);
      expect(readFileSync(await saved.path(), 'utf8')).toContain(text);
    }
  });

  it('servers: readiness, version, store, clock, log and figures', async () => {
    const page = await dashboard.show('/servers');
    await page.getByText('Ready.').waitFor();
    const { body } = await dashboard.api.get('/healthz');
    await page.getByText(body.instance).waitFor();
    await page.getByText(body.version, { exact: true }).waitFor();
    await page.getByText('It is the log that this server knew.').waitFor();
    await page.getByText('None is on record.').waitFor();
    await page
      .locator('.facts div')
      .filter({ hasText: /^Groups2$/ })
      .waitFor();
    expect(await dashboard.violations()).toEqual([]);
  });
});
