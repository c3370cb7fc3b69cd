import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { Api, Cli, inc, ServerProcess } from '@conclave/processes';
import { AtTerminal, describeAtTerminal, lineOf } from './terminal.fixture.js';

describeAtTerminal('conclave at a terminal', () => {
  let server: ServerProcess;
  let api: Api;
  let environment: Record<string, string>;
  const at = (columns: number, ...words: string[]) => new AtTerminal(lineOf(words), environment, columns);
  const leader = async () => (await api.get('/v1/groups/deploy/leader')).body.leader?.runner as string;

  beforeAll(async () => {
    server = await ServerProcess.start();
    api = new Api(server.url);
    environment = { CONCLAVE_URL: server.url, CONCLAVE_ACTOR: 'ana' };
    await api.put('/v1/groups/deploy', { leaseMs: 600_000 });
    for (const id of ['runner-1', 'runner-2'])
      await api.put(`/v1/groups/deploy/runners/${id}`, { incarnation: inc(id), ready: true });
    await new Cli(environment).run(
      'taint',
      'deploy',
      'runner-2',
      'disk',
      '--reason',
      'the people of the data centre swap its disk, which takes them the whole afternoon',
    );
  });
  afterAll(() => server.kill());

  it('one that knows no escapes gets none', async () => {
    for (const words of [['groups'], ['verify', '--all']]) {
      const screen = new AtTerminal(lineOf(words), { ...environment, TERM: 'dumb' });
      expect([await screen.code(), screen.raw]).toEqual([0, expect.not.stringContaining('\u001b')]);
    }
    const serve = ['serve', '--port', '0', '--store', 'sqlite::memory:'];
    const starting = new AtTerminal(lineOf(serve), { TERM: 'dumb' });
    await starting.answer('listening on', '\u0003');
    expect([await starting.code(), starting.raw]).toEqual([0, expect.not.stringContaining('\u001b')]);
  });

  it.each([[60], [80], [130]])(
    'no line is wider than %s columns, and nothing is lost or drawn',
    async (columns) => {
      for (const words of [['groups'], ['group', 'deploy'], ['history', 'deploy'], ['tenures']]) {
        const screen = at(columns, ...words);
        expect(await screen.code()).toBe(0);
        const table = screen.shown.split('\n').filter((line) => !/^(pinned|paused|settings)/.test(line));
        expect(Math.max(...table.map((line) => line.length))).toBeLessThanOrEqual(columns);
        expect(screen.shown).not.toMatch(/[│─┌└├]/);
      }
      const history = at(columns, 'history', 'deploy');
      await history.code();
      expect(history.shown.replaceAll(/\s/g, '')).toContain('wholeafternoon');
    },
  );

  it('nothing that somebody wrote acts on the terminal, as CSV neither; a pipe gets it as it is', async () => {
    const group = '/v1/groups/hostile';
    const reason = '\u001b[31mred\u001b[0m \u202eturned \u009b31m';
    for (const id of ['runner-1', 'runner-2'])
      await api.put(`${group}/runners/${id}`, { incarnation: inc(id), ready: true });
    await api.post(`${group}/transfer`, { to: 'runner-2', force: true, reason });
    const screen = at(80, 'tenures', 'hostile', '--csv');
    expect(await screen.code()).toBe(0);
    expect(screen.raw).toContain('\\u001b[31mred\\u001b[0m \\u202eturned \\u009b31m');
    // oxlint-disable-next-line no-control-regex
    expect(screen.raw).not.toMatch(/[\u001b\u202e\u009b]/);
    expect((await new Cli(environment).run('tenures', 'hostile', '--csv')).stdout).toContain(reason);
  });

  it.each([
    ['Ctrl-C', '\u0003'],
    ['Ctrl-D', '\u0004'],
  ])('%s at a question changes nothing and says so', async (_, key) => {
    const screen = at(80, 'taint', 'deploy', 'runner-1', 'disk');
    await screen.answer('Go on? [y/N]', key);
    expect(await screen.code()).toBe(130);
    expect(screen.shown).toContain('conclave: interrupted; nothing was changed.');
    expect(screen.shown).not.toMatch(/ at .*\.js|Warning/);
    expect(await leader()).toBe('runner-1');
    expect((await api.get('/v1/groups/deploy/history?type=RunnerTainted')).body.events).toHaveLength(1);
  });

  it('what is asked about is shown beside the question, also where the answer goes into a file', async () => {
    const screen = new AtTerminal(`sh -c "${lineOf(['drain', 'deploy'])} > /dev/null"`, environment);
    await screen.answer('Go on? [y/N]', 'n\n');
    expect(await screen.code()).toBe(3);
    expect(screen.shown).toMatch(/would record: .*"runner-1" must stop leading/);
  });

  it('a yes is for what was shown: another election meanwhile is looked at first', async () => {
    for (const id of ['one', 'two', 'three'])
      await api.put(`/v1/groups/moved/runners/${id}`, { incarnation: inc(id), ready: true });
    const screen = at(80, 'drain', 'moved', '--reason', 'maintenance of one');
    await screen.answer('Go on? [y/N]', '');
    await api.post('/v1/groups/moved/runners/one/resign', { incarnation: inc('one'), term: 1 });
    screen.type('y\n');
    expect(await screen.code()).toBe(3);
    expect(screen.shown).toContain('only in term 1, but the last term of group "moved" is 2');
    expect((await api.get('/v1/groups/moved/leader')).body).toMatchObject({ state: 'led', term: 2 });
    const forced = at(80, 'transfer', 'moved', '--to', 'three', '--force'); // what is shown is in the next term
    await forced.answer('Go on? [y/N]', 'y\n');
    expect(await forced.code()).toBe(0);
    expect((await api.get('/v1/groups/moved/leader')).body).toMatchObject({ state: 'led', term: 3 });
  });

  it('"no" is a refusal, "y" goes on', async () => {
    const no = at(80, 'resign', 'deploy', 'runner-1');
    await no.answer('Go on? [y/N]', 'n\n');
    expect(await no.code()).toBe(3);
    expect(await leader()).toBe('runner-1');
    const yes = at(80, 'resign', 'deploy', 'runner-1');
    await yes.answer('Go on? [y/N]', 'y\n');
    expect(await yes.code()).toBe(0);
    expect(yes.shown).toMatch(/recorded/);
    expect(await leader()).toBeUndefined();
  });
});
