import { beforeAll, expect, it } from '@jest/globals';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Cli, until, dropFolder } from '@conclave/processes';
import { Dashboard, describeInBrowser, PATIENT } from './dashboard.fixture.js';

describeInBrowser('dashboard: why, and what if', () => {
  const dashboard = new Dashboard();
  beforeAll(async () => {
    const [r1] = await dashboard.group('deploy', ['r1', 'r2', 'r3']);
    r1!.stop();
    await dashboard.ledBy('deploy', 'r2');
    await until('r1 is silent', async () => {
      const { body } = await dashboard.api.get('/v1/groups/deploy');
      return body.runners.silent === 1;
    });
    const order = { to: 'r3', reason: 'canary of 4.2' };
    await dashboard.api.post('/v1/groups/deploy/transfer', order, { 'x-conclave-actor': 'bob' });
    await dashboard.ledBy('deploy', 'r3');
  });

  it('an election: what set it off, who ordered it, the candidates and the rule that decided', async () => {
    const page = await dashboard.show('/groups/deploy/why');
    await page.getByRole('link', { name: 'term 3' }).click();
    await page.waitForURL('**/why/3');
    await page.getByText('It goes back to bob: “canary of 4.2”').waitFor();
    await page
      .getByText(
        /^Strategy oldest: 2 runners might lead, next was r2; .*preferred it; 1 other might not lead\.$/,
      )
      .waitFor();
    const row = page.getByRole('row').filter({ has: page.getByRole('rowheader', { name: 'r1' }) });
    await row.getByText('is silent').waitFor();
    await row.getByText('a heartbeat of it').waitFor();
    expect(await dashboard.violations()).toEqual([]);
    await dashboard.show('/groups/deploy/why/1');
    await page.getByText('Nobody ordered it: the rule alone decided.').waitFor();
    await dashboard.show('/groups/deploy/why/99');
    await page.getByRole('alert').waitFor();
  });

  it('what if: the question stands in the address, both plays stand side by side, what is otherwise is marked', async () => {
    const page = await dashboard.show('/groups/deploy/what-if');
    await page.getByText('Change something').waitFor();
    await page.getByLabel('lease, ms').fill('1500');
    await page.getByText('Nothing would have been otherwise.').waitFor();
    await page.waitForURL((url) => url.search === '?leaseMs=1500');
    await dashboard.show('/groups/deploy/what-if?leaseMs=60000');
    await page.getByText(/Another would have led, or nobody, for/).waitFor();
    await page.locator('.differs').first().waitFor();
    await page.getByRole('figure', { name: 'As it was' }).locator('.mark.led').first().waitFor();
    await page.getByRole('figure', { name: 'What if' }).locator('.mark.led').first().waitFor();
    expect(await dashboard.violations()).toEqual([]);
    await dashboard.show('/groups/deploy/what-if?leaseMs=1');
    await page.getByRole('alert').waitFor();
  });

  it('what if nobody had ordered it, from its line in the history; what if a runner had not been silent', async () => {
    const page = await dashboard.show('/groups/deploy?kind=orders&actor=bob');
    await page.getByRole('link', { name: 'what if not' }).click();
    await page.waitForURL(/what-if\?without=\d+$/);
    await page.getByText(/^Without: .*transfer.*canary of 4.2/i).waitFor();
    const other = page.getByRole('figure', { name: 'What if' });
    await page.getByText(/Another would have led, or nobody, for/).waitFor();
    await other.getByText('r2').waitFor();
    await page.getByRole('button', { name: 'as it was' }).click();
    await page.getByText('Change something').waitFor();
    await page.getByLabel('with a runner never silent').selectOption('r1');
    await page.getByText('r1 was never silent').waitFor();
    await page.getByText(/^"r1": taken to have been heard at all times/i).waitFor();
    await page.waitForURL((url) => url.search === '?alive=r1');
    expect(await dashboard.violations()).toEqual([]);
  });

  it('a history that is sealed: who leads is drawn from there on, and the rest is said to be in archives', async () => {
    await dashboard.group('sealed', ['s1', 's2'], PATIENT);
    const folder = mkdtempSync(join(tmpdir(), 'conclave-sealed-'));
    const cli = new Cli({ CONCLAVE_URL: dashboard.server.url });
    const sealing = ['archive', 'sealed', '--before', '0s', '--out', folder, '--reason', 'k'];
    expect(await cli.run(...sealing)).toMatchObject({ code: 0 });
    dropFolder(folder);
    const page = await dashboard.show('/groups/sealed');
    await page.locator('figure.timeline .mark').first().waitFor();
    expect(await page.getByText('history-sealed').count()).toBe(0);
    await dashboard.show('/groups/sealed/why');
    await page.getByText(/^Older ones are sealed, up to .*, and in archives/).waitFor();
    await dashboard.show('/');
    await page.getByText(/the last 24 h: 1 term or more/).waitFor({ state: 'attached' });
  });
});
