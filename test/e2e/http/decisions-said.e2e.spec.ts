import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Api, inc, ServerProcess, until } from '@conclave/processes';

interface Line {
  level: string;
  time: string;
  msg: string;
  type?: string;
  [fact: string]: unknown;
}

let server: ServerProcess;
let api: Api;
const lines = (): Line[] =>
  server.stderr
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Line);
const said = async (type: string): Promise<Line> =>
  until(`a line about ${type}`, () => lines().find((line) => line.type === type));

beforeAll(async () => {
  server = await ServerProcess.start({ CONCLAVE_LOG_LEVEL: 'info' });
  api = new Api(server.url);
  for (const runner of ['a', 'b']) {
    const path = `/v1/groups/deploy/runners/${runner}`;
    await api.put(path, { incarnation: inc(runner) });
    await api.post(`${path}/heartbeat`, { incarnation: inc(runner), sequence: 1 });
  }
});
afterAll(async () => server.kill());

describe('the log says', () => {
  it('each decision in a line, with who and why, the instant in ISO 8601, and the id of the request', async () => {
    const elected = await said('LeaderElected');
    expect(elected).toMatchObject({ level: 'info', group: 'deploy', runner: 'a', term: 1 });
    expect(elected.msg).toMatch(/^deploy: runner "a" elected for term 1: nobody led/);
    expect(new Date(elected.time).toISOString()).toBe(elected.time);
    const taint = { effect: 'NoLead', reason: 'bad disk' };
    const headers = { 'x-conclave-actor': 'ana', 'x-correlation-id': 'from-a-ticket' };
    await api.put('/v1/groups/deploy/runners/a/taints/disk', taint, headers);
    expect(await said('RunnerTainted')).toMatchObject({
      level: 'info',
      actor: 'claimed:ana',
      reason: 'bad disk',
      correlationId: 'from-a-ticket',
    });
    expect(await said('LeadershipRevoked')).toMatchObject({ runner: 'a', term: 1 });
  });

  it('that nobody leads, as a warning: that needs a person', async () => {
    await api.put('/v1/groups/lone/runners/x', { incarnation: inc('x'), ready: true });
    await api.put('/v1/groups/lone/runners/x/taints/disk', {});
    await api.post('/v1/groups/lone/runners/x/release', { incarnation: inc('x'), term: 1 });
    expect(await said('GroupLeaderless')).toMatchObject({ level: 'warn', group: 'lone' });
  });

  it('what was refused, and why', async () => {
    const stranger = { incarnation: inc('b'), term: 1 };
    expect((await api.post('/v1/groups/deploy/runners/b/release', stranger)).status).toBe(409);
    const line = await until('the refusal', () => lines().find(({ code }) => code === 'term-stale'));
    expect(line).toMatchObject({ type: 'ReleaseLeadership', actor: 'runner:b', group: 'deploy' });
  });

  it('nothing of beats', async () => {
    const before = lines().length;
    for (let sequence = 2; sequence < 20; sequence++)
      await api.post('/v1/groups/deploy/runners/b/heartbeat', { incarnation: inc('b'), sequence });
    expect(lines().length).toBe(before);
  });
});
