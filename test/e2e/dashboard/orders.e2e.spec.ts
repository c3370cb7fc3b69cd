import { afterAll, beforeAll, beforeEach, expect, it } from '@jest/globals';
import type { Route } from 'playwright-core';
import { changeTokens } from '@conclave/access';
import { until } from '@conclave/processes';
import { bearer, Tokens } from '../credentials/tokens.fixture.js';
import { Dashboard, describeInBrowser, PATIENT } from './dashboard.fixture.js';

describeInBrowser('dashboard: orders', () => {
  const dashboard = new Dashboard();
  const dialog = () => dashboard.page.getByRole('dialog');
  const press = (name: string | RegExp) => dialog().getByRole('button', { name }).click();
  const eventsOf = async (type: string, group = 'deploy'): Promise<any[]> =>
    (await dashboard.api.get(`/v1/groups/${group}/history?type=${type}`)).body.events;

  beforeAll(async () => {
    await dashboard.group('deploy', ['r1', 'r2'], PATIENT);
  });

  it.each(['张三', 'ana’s'])(
    'a name that nobody can have is refused at once, and spoils nothing: %s',
    async (name) => {
      const page = await dashboard.show('/groups/deploy?order=pause');
      await dialog()
        .getByLabel(/^Your name/)
        .fill(name);
      await press('What would happen?');
      await dialog().getByText('Your name must be like').waitFor();
      await page.evaluate((kept) => localStorage.setItem('conclave-name', kept), name); // as an older page did
      await dashboard.show('/groups/deploy?order=constructor');
      await page.locator('.headline').getByText('r1 leads').waitFor();
    },
  );

  it('orders stay where they are pressed while the rest of the page comes to be known', async () => {
    const { page } = dashboard;
    const rest = Promise.withResolvers<void>();
    const parts = ['explain*', 'elections/*', 'tenures*', 'history*'].map((part) => `**/deploy/${part}`);
    for (const part of [...parts, '**/v1/watch*'])
      await page.route(part, async (route) => {
        await rest.promise;
        await route.continue().catch(() => undefined); // whoever asked may have given up
      });
    await dashboard.show('/groups/deploy');
    const row = page.getByRole('row').filter({ has: page.getByRole('rowheader', { name: 'r2' }) });
    const places = async () => [
      await row.getByRole('button', { name: 'Pin …' }).boundingBox(),
      await page.getByRole('button', { name: 'Pause …' }).boundingBox(),
    ];
    await page.locator('.stale').waitFor(); // as nothing of the watch comes
    const before = await places();
    rest.resolve();
    await row.getByText('to come before r1').waitFor();
    await page.getByRole('link', { name: 'Why', exact: true }).waitFor();
    await page.locator('.mark.flag').first().waitFor();
    await until('it is not out of date', async () => (await page.locator('.stale').count()) === 0);
    expect(await places()).toEqual(before);
  });

  it('a taint: dry run first, with reason and expiry; then the order, followed until another leads, and taken back', async () => {
    const page = await dashboard.show('/groups/deploy');
    const row = page.getByRole('row').filter({ has: page.getByRole('rowheader', { name: 'r1' }) });
    await row.getByRole('button', { name: 'Taint …' }).click();
    await dialog()
      .getByLabel(/^Name of the taint/)
      .fill('disk');
    await dialog()
      .getByLabel(/^Reason/)
      .fill('bad disk');
    await dialog()
      .getByLabel(/^Your name/)
      .fill('ana');
    expect(await dashboard.violations()).toEqual([]);
    await press('What would happen?');
    await dialog()
      .getByText(/^r1 is tainted disk \(NoLead\), until (\d{4}-\d\d-\d\d )?\d\d:\d\d:\d\d$/)
      .waitFor();
    await dialog()
      .getByText(/^r1 is told to stop; r2 follows as soon as it has/)
      .waitFor();
    expect(await eventsOf('RunnerTainted')).toEqual([]);
    expect(await dashboard.violations()).toEqual([]);
    await press('Do it');
    await dialog().getByText('Done.').waitFor();
    await dialog().getByText('r2 leads').waitFor(); // followed live, through the handover
    const [tainted] = await eventsOf('RunnerTainted');
    expect(tainted.meta).toMatchObject({ actor: 'claimed:ana', reason: 'bad disk' });
    expect(Date.parse(tainted.data.taint.expiresAt) - Date.parse(tainted.meta.at)).toBe(3_600_000);
    await press(/^Lift a taint/);
    await press('What would happen?');
    await dialog().getByText('taint disk of r1 is lifted').waitFor();
    await press('Do it');
    await dialog().getByText('Done.').waitFor();
    await press('Close');
    await until('it is closed', async () => (await dialog().count()) === 0);
    await page.waitForURL((url) => url.search === '');
    expect((await eventsOf('RunnerUntainted')).length).toBe(1);
  });

  it.each([
    ['transfer', 'r2 hands over to r1', 'TransferRequested'],
    ['pause', /^elections are paused, until/, 'ElectionsPaused'],
    ['resume', 'elections go on', 'ElectionsResumed'],
    ['pin', /^the lead is pinned to r1 \(strict\), until/, 'LeaderPinned'],
    ['unpin', 'the pin to r1 is lifted', 'LeaderUnpinned'],
  ])('%s by an address', async (order, words, type) => {
    const before = (await eventsOf(type)).length;
    await dashboard.show(`/groups/deploy?order=${order}&runner=r1`);
    await press('What would happen?');
    await dialog().getByText(words).waitFor();
    await press('Do it');
    await dialog().getByText('Done.').waitFor();
    expect((await eventsOf(type)).length).toBe(before + 1);
    await dashboard.ledBy('deploy', 'r1');
  });

  it('settings, and a drain that is resumed', async () => {
    await dashboard.show('/groups/deploy?order=settings');
    await dialog()
      .getByLabel(/^drain, ms/)
      .fill('3000');
    await press('What would happen?');
    await dialog().getByText('settings change: drainMs 4000 → 3000').waitFor();
    await press('Do it');
    await dialog().getByText('Done.').waitFor();
    await dashboard.show('/groups/deploy?order=drain');
    await press('What would happen?');
    await dialog()
      .getByText(/^r1 is told to stop; nobody follows/)
      .waitFor();
    await press('Do it');
    await dialog().getByText('nobody leads, elections are paused').waitFor();
    await press(/^Resume elections/);
    await press('What would happen?');
    await press('Do it');
    await dialog()
      .getByText(/r\d leads/)
      .waitFor();
  });

  it('an order that ends at an instant; what is off until somebody turns it on', async () => {
    await dashboard.show('/groups/deploy?order=pause');
    await dialog()
      .getByLabel(/^Ends by itself/)
      .selectOption('until');
    await dialog().getByLabel('Ends at').fill('2040-01-02T03:04:05');
    await press('What would happen?');
    await dialog()
      .getByText(/^elections are paused, until .*03:04:05/)
      .waitFor();
    await dashboard.show('/groups/deploy?order=settings');
    await dialog().getByLabel('flap damping').selectOption('on');
    await press('What would happen?');
    await dialog()
      .getByText(/^settings change: damping off → \{"halfLifeMs"/)
      .waitFor();
  });

  it('a plan says whose order ends with it, and is of the group as it is, whatever happens meanwhile', async () => {
    await dashboard.group('busy', ['b1', 'b2', 'b3'], { ...PATIENT, failover: 'fenced' });
    const path = '/v1/groups/busy';
    const said = { reason: 'do not lift' };
    await dashboard.api.put(`${path}/runners/b3/taints/maintenance`, said, { 'x-conclave-actor': 'bob' });
    await dashboard.show('/groups/busy?order=taint&runner=b3');
    await press('What would happen?');
    await dialog()
      .getByText(/it replaces the one \(NoLead\) \(by claimed:bob: do not lift\)/)
      .waitFor();
    await dashboard.show('/groups/busy?order=transfer');
    await press('What would happen?');
    await dialog().getByText('b2 leads at once, term 2').waitFor();
    await dashboard.api.post(`${path}/transfer`, { to: 'b2' });
    await dialog().getByText('b1 leads at once, term 3').waitFor();
    // its answer is lost: asked again it is the very same order, also in the term that it began
    const lose = async (route: Route) => {
      await route.fetch();
      await route.abort();
    };
    await dashboard.page.route('**/transfer', lose, { times: 1 });
    const before = (await eventsOf('TransferRequested', 'busy')).length;
    await press('Do it');
    await dialog().getByRole('alert').getByText('Nobody knows whether it was carried out').waitFor();
    await press('Do it');
    await dialog().getByText('Done.').waitFor();
    expect((await eventsOf('TransferRequested', 'busy')).length).toBe(before + 1);
    // nobody tells the page, and it asks: the order is refused in another term
    await dashboard.page.route('**/v1/watch**', async (route) => route.abort());
    await dashboard.show('/groups/busy?order=pause');
    await press('What would happen?');
    await dialog().getByText('elections are paused').waitFor();
    await dashboard.api.post(`${path}/transfer`, { to: 'b2' });
    await press('Do it');
    await dialog().getByRole('alert').getByText('Another term has begun').waitFor();
    expect(await eventsOf('ElectionsPaused', 'busy')).toEqual([]);
    await dialog().getByRole('button', { name: 'What would happen?' }).waitFor();
  });

  it('a runner that will not come back is removed', async () => {
    const gone = await dashboard.runner('deploy', 'r9');
    gone.stop();
    await dashboard.show('/groups/deploy?order=deregister&runner=r9');
    await press('What would happen?');
    await dialog().getByText('r9 is removed from the group').waitFor();
    await press('Do it');
    await dialog().getByText('Done.').waitFor();
    expect(await eventsOf('RunnerDeregistered')).toHaveLength(1);
  });

  it('what cannot be is refused with the reason, and what to do', async () => {
    await dashboard.show('/groups/deploy?order=taint&runner=r1');
    await dialog()
      .getByLabel(/^Name of the taint/)
      .fill('-no-');
    await press('What would happen?');
    await dialog().getByRole('alert').getByText('invalid-request').waitFor();
    expect(await dashboard.violations()).toEqual([]);
  });

  it('two people: a pin waits, the group says so, and another one approves it', async () => {
    await dashboard.group('careful', ['c1', 'c2'], { ...PATIENT, twoPersonMs: 600_000 });
    const page = await dashboard.show('/groups/careful?order=pin&runner=c2');
    await dialog()
      .getByLabel(/^Your name/)
      .fill('ana');
    await press('What would happen?');
    await dialog()
      .getByText(/^pin to c2 \(strict\) waits for a second person, until/)
      .waitFor();
    await press('Do it');
    await dialog().getByText('It waits for a second person now.').waitFor();
    await press('Close');
    await page.getByText('Waits for a second person: pin to c2 (strict), wanted by ana').waitFor();
    await page.getByRole('button', { name: 'Approve …' }).click();
    await press('What would happen?');
    await dialog().getByRole('alert').getByText('second-person-needed').waitFor();
    await dialog()
      .getByLabel(/^Your name/)
      .fill('bob');
    await press('What would happen?');
    await dialog().getByText('the lead is pinned to c2').waitFor();
    await press('Do it');
    await dialog().getByText('c2 leads').waitFor();
  });
});

describeInBrowser('dashboard: signing in', () => {
  const tokens = new Tokens();
  const held: Record<string, string> = {};
  const dashboard = new Dashboard(() => ({ CONCLAVE_TOKENS: tokens.file }));
  afterAll(() => tokens.remove());
  const signIn = async (role: string): Promise<void> => {
    const { page } = dashboard;
    await page.getByRole('heading', { name: 'Who are you?' }).waitFor();
    await page.getByLabel('Token').fill(held[role]!);
    await page.getByRole('button', { name: 'Sign in' }).click();
  };
  beforeEach(async () => {
    if (held.admin) return;
    for (const role of ['admin', 'operator', 'auditor', 'consumer', 'runner'] as const)
      held[role] = await tokens.make(role, role);
    await dashboard.api.put('/v1/groups/deploy', { leaseMs: 600_000 }, bearer(held.admin!)); // nobody beats here
    const path = '/v1/groups/deploy/runners/r1';
    const incarnation = 'aaaaaaaa-0000-4000-8000-000000000001';
    await dashboard.api.put(path, { incarnation }, bearer(held.runner!));
    await dashboard.api.post(`${path}/heartbeat`, { incarnation, sequence: 1 }, bearer(held.runner!));
  });

  it('nothing is shown before; a token stays in memory only, and a wrong one is asked for again', async () => {
    const page = await dashboard.show('/groups/deploy');
    const asked: string[] = [];
    page.on('request', (request) => asked.push(request.url()));
    await page.getByRole('heading', { name: 'Who are you?' }).waitFor();
    expect(await dashboard.violations()).toEqual([]);
    await page.keyboard.type('wrong'); // the field has the focus
    await page.keyboard.press('Enter');
    await page.getByText('That token does not count here.').waitFor();
    const before = asked.length;
    await new Promise((done) => setTimeout(done, 1_500)); // two tries of a stream that was lost
    expect([asked.slice(before), await page.locator('.stale').count()]).toEqual([[], 0]); // nothing is shown, nor old
    await signIn('operator');
    await page.locator('.headline').getByText('r1 leads').waitFor();
    const kept = await page.evaluate(
      'JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie, location.href])',
    );
    expect(kept).not.toContain(held.operator);
    await page.reload();
    await page.getByRole('heading', { name: 'Who are you?' }).waitFor();
  });

  it('an operator orders under the name of the token; an auditor is told that this role may not', async () => {
    const page = await dashboard.show('/groups/deploy?order=pause');
    const dialog = page.getByRole('dialog');
    await signIn('auditor');
    await page.getByText('auditor (auditor)').waitFor();
    await page.getByText('auditor may look here, not order: that needs role operator').waitFor();
    expect(await page.locator('button.order').count()).toBe(0);
    await dialog.getByRole('button', { name: 'What would happen?' }).click();
    await dialog.getByRole('alert').getByText('forbidden').waitFor();
    await page.reload();
    await signIn('operator');
    await page.getByRole('button', { name: 'Pause …', includeHidden: true }).waitFor();
    await dialog.getByRole('button', { name: 'What would happen?' }).click();
    await dialog.getByRole('button', { name: 'Do it' }).click();
    await dialog.getByText('Done.').waitFor();
    const { body } = await dashboard.api.get('/v1/groups/deploy', bearer(held.auditor!));
    expect(body.pause.actor).toBe('operator:operator');
    await dialog.getByRole('button', { name: 'Close' }).click();
    await page.getByText('operator (operator)').waitFor();
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByRole('heading', { name: 'Who are you?' }).waitFor();
    await page.getByText('operator (operator)').waitFor({ state: 'detached' });
  });

  it('a form that was being filled in when the token ended is as it was after signing in again', async () => {
    const tmp = await tokens.make('tmp', 'operator');
    held.tmp = tmp;
    const page = await dashboard.show('/groups/deploy?order=taint&runner=gone');
    const dialog = page.getByRole('dialog');
    await signIn('tmp');
    await dialog.getByLabel('Reason').fill('disk is full');
    expect(await dialog.getByLabel('Runner').inputValue()).toBe('gone'); // though it has left
    await tokens.revoke('tmp');
    await signIn('operator');
    expect(await dialog.getByLabel('Reason').inputValue()).toBe('disk is full');
    await dialog.getByRole('button', { name: 'What would happen?' }).click();
    await dialog.getByRole('alert').getByText('runner-unknown').waitFor();
    await dialog.getByRole('button', { name: 'Cancel' }).click();
    await page.getByRole('button', { name: 'Taint …' }).first().click();
    expect(await dialog.getByLabel('Reason').inputValue()).toBe('');
  });

  it('an order that is done when the token ends is not asked for again', async () => {
    held.brief = await tokens.make('brief', 'operator');
    await dashboard.api.put('/v1/groups/deploy/pause', {}, bearer(held.operator!));
    const page = await dashboard.show('/groups/deploy?order=resume');
    const dialog = page.getByRole('dialog');
    await signIn('brief');
    await dialog.getByRole('button', { name: 'What would happen?' }).click();
    await dialog.getByRole('button', { name: 'Do it' }).click();
    await dialog.getByText('Done.').waitFor();
    await tokens.revoke('brief');
    await signIn('operator');
    await dialog.getByText('r1 leads').waitFor();
    expect(await dialog.getByRole('button').allTextContents()).toEqual(['Close']);
    await dialog.getByRole('button', { name: 'Close' }).click();
    await page.waitForURL((url) => url.search === '');
  });

  it('an order whose token ends while it is carried out is done, not asked for again', async () => {
    held.short = await tokens.make('short', 'operator');
    const page = await dashboard.show('/groups/deploy?order=pause');
    const dialog = page.getByRole('dialog');
    await signIn('short');
    await dialog.getByRole('button', { name: 'What would happen?' }).click();
    const heading = page.getByRole('heading', { name: 'Who are you?' });
    let isTold = false;
    await page.route(/\/pause$/, async (route) => {
      const response = await route.fetch();
      await tokens.revoke('short');
      await heading.waitFor();
      await route.fulfill({ response });
      isTold = true;
    });
    await dialog.getByRole('button', { name: 'Do it', disabled: false }).click();
    await until('it is answered', () => isTold);
    await signIn('operator');
    await dialog.getByText('Done.').waitFor();
    expect(await dialog.getByRole('button', { name: 'Do it' }).count()).toBe(0);
    await dashboard.api.delete('/v1/groups/deploy/pause?reason=done', bearer(held.operator!));
  });

  it('a group that somebody may not see any more is not shown as it was', async () => {
    held.some = await tokens.make('some', 'auditor');
    const page = await dashboard.show('/groups/deploy');
    await signIn('some');
    const headline = page.locator('.headline').getByText('r1 leads');
    await headline.waitFor();
    await changeTokens(tokens.file, (all) => {
      for (const one of all.values())
        if (one.name === 'some') one.grants = [{ role: 'auditor', groups: ['other'] }];
    });
    await page.getByRole('alert').getByText('forbidden').waitFor();
    await headline.waitFor({ state: 'detached' });
  });

  it('a consumer sees who leads', async () => {
    const page = await dashboard.show('/');
    await signIn('consumer');
    await page.locator('[data-group="deploy"]').getByText('r1 leads').waitFor();
  });
});
