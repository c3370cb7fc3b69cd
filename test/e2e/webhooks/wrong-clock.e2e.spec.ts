import { expect, it } from '@jest/globals';
import { Api, inc, until, wrongClock } from '@conclave/processes';
import { testStore } from '@conclave/testing';
import { SECRET, webhooksFile } from './receiver.fixture.js';
import { delivering, Running } from './told.fixture.js';

const running = new Running();

it('nobody leads, after the clock was an hour ahead and was set right: that is told, and measured, at once', async () => {
  const store = await testStore('sqlite');
  running.closes(async () => store.close());
  const receiver = await running.receiver();
  const on = [{ leaderless: { afterMs: 1_000 } }];
  const file = webhooksFile([{ name: 'ops', url: receiver.url, secret: SECRET, on }]);
  const environment = { ...store.environment, CONCLAVE_WEBHOOKS: file };
  const wrong = await running.server({ ...environment, ...wrongClock(3_600_000) });
  const api = new Api(wrong.url);
  await delivering(api, 'ops');
  for (const group of ['g1', 'g2']) {
    await api.put(`/v1/groups/${group}`, { leaseMs: 1_000 }); // who is deregistered by others leads to its end
    await api.put(`/v1/groups/${group}/runners/a`, { incarnation: inc('a'), ready: true });
  }
  expect(await wrong.kill('SIGTERM')).toBe(0); // it says how far it is
  const right = new Api((await running.server(environment)).url);
  await delivering(right, 'ops');
  await right.put('/v1/groups/g3', { leaseMs: 1_000 }); // one that knows nothing of that clock
  await right.put('/v1/groups/g3/runners/a', { incarnation: inc('a'), ready: true });
  for (const group of ['g1', 'g3']) await right.delete(`/v1/groups/${group}/runners/a?reason=gone`);
  for (const group of ['g1', 'g2', 'g3'])
    // a of g2 was not heard any more
    await until(`that nobody leads ${group} is told`, () => receiver.firsts(group).length === 1);
  await until('it is measured', async () =>
    [
      ...((await right.get('/metrics')).body as string).matchAll(
        /^conclave_leaderless_for_seconds\{.*\} (.+)$/gm,
      ),
    ].every(([, seconds]) => Number(seconds) >= 1 && Number(seconds) < 600),
  );
  await right.put('/v1/groups/g1/runners/b', { incarnation: inc('b'), ready: true });
  await until('who leads is told', () => receiver.firsts('g1').length === 2);
  expect(receiver.taken.map(({ type, data }) => `${data.group} ${type}`).sort()).toEqual([
    'g1 leader-found',
    'g1 leaderless',
    'g2 leaderless',
    'g3 leaderless',
  ]);
});
