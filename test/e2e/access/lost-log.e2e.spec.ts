import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { Api, inc, ServerProcess, until } from '@conclave/processes';
import { bearer, Tokens } from '../credentials/tokens.fixture.js';

// A log that was restored from a backup stops a server, which says why to everybody who asks: but not of which groups.

const tokens = new Tokens();
let server: ServerProcess;
let ana: string;
let night: string;
beforeAll(async () => {
  const file = join(tokens.folder, 'log.db');
  const settings = {
    CONCLAVE_TOKENS: tokens.file,
    CONCLAVE_STORE: `sqlite:${file}`,
    CONCLAVE_LOG_LEVEL: 'error',
  };
  ana = await tokens.make('ana', 'admin');
  const agent = await tokens.make('agent', 'runner');
  night = await tokens.make('night', 'runner', ['night']);
  const register = async (runner: string) => {
    const api = new Api(server.url);
    for (const group of ['payroll', 'night'])
      expect(
        (
          await api.put(
            `/v1/groups/${group}/runners/${runner}`,
            { incarnation: inc(runner), ready: true },
            bearer(agent),
          )
        ).status,
      ).toBe(201);
  };
  server = await ServerProcess.start(settings);
  await register('a');
  await server.kill('SIGTERM');
  copyFileSync(file, `${file}.backup`);
  server = await ServerProcess.start(settings);
  await register('b');
  await server.kill('SIGTERM');
  copyFileSync(`${file}.backup`, file);
  server = await ServerProcess.start(settings);
});
afterAll(async () => {
  await server.kill();
  tokens.remove();
});

it('names groups to those who may see them, and to nobody else', async () => {
  const api = new Api(server.url);
  const lost = 'the log is not the one that this server knew (was a backup restored?): ';
  await until('it is stopped', async () =>
    (await api.get('/readyz')).body.reasons.some((reason: string) => reason.startsWith(lost)),
  );
  expect((await api.get('/readyz')).body).toMatchObject({
    reasons: [`${lost}something is lost`],
    unreadable: [],
  });
  const detail = async (path: string, token: string): Promise<string> =>
    (await api.get(path, bearer(token))).body.detail;
  expect(await detail('/v1/groups', ana)).toMatch(/of group "payroll".*of group "night"/);
  expect(await detail('/v1/groups/night/leader', night)).not.toContain('payroll');
  const shown = async (group: string) =>
    (await api.post('/v1/log/evidence', { group, certificate: 'a.b.c' }, bearer(night))).body;
  expect((await shown('night')).groups).toMatchObject([{ group: 'night' }]);
  expect(await shown('payroll')).toMatchObject({ status: 403, type: expect.stringContaining('forbidden') });
  expect((await api.get('/v1/log', bearer(ana))).body.why).toMatch(/of group "payroll".*of group "night"/);
});
