import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Api, Cli, inc, ServerProcess, until } from '@conclave/processes';
import { bearer, Tokens } from '../credentials/tokens.fixture.js';

describe('who am I, and what concerns me', () => {
  const tokens = new Tokens();
  let server: ServerProcess;
  let api: Api;
  let ana: string;
  let viewer: string;

  beforeAll(async () => {
    server = await ServerProcess.start({ CONCLAVE_TOKENS: tokens.file });
    api = new Api(server.url);
    ana = await tokens.make('ana', 'operator');
    viewer = await tokens.make('viewer', 'consumer');
    const runner = await tokens.make('runner', 'runner');
    await until('the tokens count', async () => (await api.get('/v1/groups', bearer(runner))).status === 200);
    for (const group of ['deploy', 'night']) {
      const path = `/v1/groups/${group}/runners/${group}-1`;
      await api.put(path, { incarnation: inc('a'), labels: { zone: 'eu' } }, bearer(runner));
    }
    const taint = { reason: 'bad disk' };
    await api.put('/v1/groups/night/runners/night-1/taints/disk', taint, bearer(ana));
  });
  afterAll(async () => {
    await server.kill();
    tokens.remove();
  });

  it('says what a credential is taken for, and what it may do', async () => {
    const who = async (token: string, query = '') =>
      (await api.get(`/v1/whoami${query}`, bearer(token))).body;
    expect(await who(ana)).toEqual({
      name: 'ana',
      proved: true,
      auth: { kind: 'token', subject: expect.any(String), issuer: null },
      grants: [{ role: 'operator', groups: ['*'] }],
      expiresAt: null,
      may: { audit: true, operate: true, administer: false },
    });
    expect((await who(viewer, '?group=deploy')).may).toEqual({
      audit: false,
      operate: false,
      administer: false,
    });
    expect((await api.get('/v1/whoami')).status).toBe(401);
  });

  it('lists the groups in a state, and those in which words stand', async () => {
    const found = async (query: string) =>
      (await api.get(`/v1/groups?${query}`, bearer(viewer))).body.groups.map((one: any) => one.group);
    expect(await found('find=ANA')).toEqual(['night']);
    expect(await found('find=zone%3Deu+deploy')).toEqual(['deploy']);
    expect(await found('find=ben')).toEqual([]);
    expect(await found('state=led&limit=10')).toEqual([]);
    expect(await found('state=leaderless')).toEqual(['deploy', 'night']);
    expect((await api.get('/v1/groups?find=', bearer(viewer))).status).toBe(400);
  });

  it('at the command line, too', async () => {
    const cli = new Cli({ CONCLAVE_URL: server.url, CONCLAVE_TOKEN: ana });
    const told = await cli.run('whoami');
    expect({ ...told, stdout: '' }).toEqual({ code: 0, stdout: '', stderr: '' });
    expect(told.stdout).toMatch(/^ana \(token\)\n[\s\S]*operator\t\*/);
    const groups = JSON.parse((await cli.run('groups', '--find', 'ana', '--json')).stdout);
    expect(groups.map((one: any) => one.group)).toEqual(['night']);
    expect((await cli.run('groups', '--at', new Date().toISOString(), '--find', 'x')).code).toBe(2);
  });
});
