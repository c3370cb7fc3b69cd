import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { Api, inc, ServerProcess, until } from '@conclave/testing';
import { bearer, Tokens } from './tokens.fixture.js';

const tokens = new Tokens();
let server: ServerProcess;
let [eve, ci] = ['', ''];
beforeAll(async () => {
  [eve, ci] = [await tokens.make('eve', 'auditor'), await tokens.make('ci', 'runner')];
  server = await ServerProcess.start({ CONCLAVE_TOKENS: tokens.file, CONCLAVE_LOG_LEVEL: 'info' });
});
afterAll(async () => {
  await server.kill('SIGTERM');
  tokens.remove();
});

it('with authentication on, the log says who read what of the record, and not what was asked', async () => {
  const api = new Api(server.url);
  await api.put('/v1/groups/g/runners/a', { incarnation: inc('a') }, bearer(ci));
  const as = bearer(eve);
  expect((await api.get('/v1/groups/g/history?actor=somebody', as)).status).toBe(200);
  expect((await api.get('/v1/groups/none/history', as)).status).toBe(404);
  expect((await api.get('/v1/groups/g/leader', as)).status).toBe(200);
  const reads = await until('both are told', () => {
    const lines = server.stderr.split('\n').filter((line) => line.includes('record read'));
    return lines.length >= 2 && lines.map((line) => JSON.parse(line) as object);
  });
  const by = { by: 'eve', auth: { kind: 'token' }, route: '/v1/groups/:g/history' };
  expect(reads).toMatchObject([
    { ...by, group: 'g', status: 200 },
    { ...by, group: 'none', status: 404 },
  ]);
  expect(reads).toHaveLength(2);
  expect(server.stderr).not.toContain('somebody');
});
