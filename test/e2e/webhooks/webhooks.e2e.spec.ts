import { describe, expect, it } from '@jest/globals';
import { Api, inc, until, type ServerProcess } from '@conclave/processes';
import { STORES, testStore } from '@conclave/testing';
import { answering, SECRET, webhooksFile } from './receiver.fixture.js';
import { delivering, numbered, orders, reasons, Running, webhookAt } from './told.fixture.js';

const running = new Running();

describe.each(STORES)('webhooks (%s)', (kind) => {
  it('tell in order per group, signed, across kill -9, while a receiver fails, and leave nothing out', async () => {
    const store = await testStore(kind);
    running.closes(async () => store.close());
    const receiver = await running.receiver();
    const file = webhooksFile([{ name: 'ops', url: receiver.url, secret: SECRET, on: ['order'] }]);
    // after kill -9 nobody else could hold it
    const environment = { ...store.environment, CONCLAVE_WEBHOOKS: file, CONCLAVE_INSTANCE: inc('one') };
    const server = await running.server(environment);
    const api = new Api(server.url);
    await delivering(api, 'ops');
    await orders(api, 'g1', 0, 5);
    await orders(api, 'g2', 0, 5);
    await until('both are told', () => receiver.taken.length >= 10);
    let count = 0;
    receiver.manners = (told, response) => answering(++count % 3 === 0 ? 204 : 500)(told, response);
    await orders(api, 'g1', 5, 10);
    await orders(api, 'g2', 5, 10);
    await until('some was tried in vain', () => count > 3);
    await server.kill();
    receiver.manners = answering(200);
    const again = new Api((await running.server(environment)).url);
    await orders(again, 'g1', 10, 12);
    await until(
      'all is told',
      () => receiver.firsts('g1').length === 12 && receiver.firsts('g2').length === 10,
    );
    expect(reasons(receiver.firsts('g1'))).toEqual(numbered(0, 12));
    expect(reasons(receiver.firsts('g2'))).toEqual(numbered(0, 10));
    expect(receiver.forged).toEqual([]);
    const tried = receiver.tried.map(({ id, data }) => `${id} ${data.reason}`);
    for (const one of new Set(tried.map((id) => id.split(' ')[0]!)))
      // a repeat is the same notice
      expect(new Set(tried.filter((id) => id.startsWith(one))).size).toBe(1);
  });

  it('what time brings about is told once, also across a restart', async () => {
    const store = await testStore(kind);
    running.closes(async () => store.close());
    const receiver = await running.receiver();
    const on = [{ leaderless: { afterMs: 1_000 } }];
    const file = webhooksFile([{ name: 'ops', url: receiver.url, secret: SECRET, on }]);
    const environment = { ...store.environment, CONCLAVE_WEBHOOKS: file };
    const server = await running.server(environment);
    const api = new Api(server.url);
    await delivering(api, 'ops');
    await leaderless(api, 'g1');
    const [told] = await until('it is told', () => receiver.taken.length > 0 && receiver.taken);
    expect(told).toMatchObject({ type: 'leaderless', data: { group: 'g1', term: 1, link: '/groups/g1' } });
    expect(await server.kill('SIGTERM')).toBe(0); // it says how far it is
    const next = await running.server(environment);
    const again = new Api(next.url);
    await delivering(again, 'ops');
    await leaderless(again, 'g2');
    await until('the other one is told', () => receiver.firsts('g2').length === 1);
    await again.put('/v1/groups/g1/runners/b', { incarnation: inc('b'), ready: true });
    await until('who leads is told', () => receiver.firsts('g1').length === 2);
    expect(receiver.taken.map(({ type, data }) => [data.group, type, data.runner])).toEqual([
      ['g1', 'leaderless', null],
      ['g2', 'leaderless', null],
      ['g1', 'leader-found', 'b'],
    ]);
    expect((await webhookAt(again, 'ops')).dead).toBe(0);
  });
});

async function leaderless(api: Api, group: string): Promise<void> {
  await api.put(`/v1/groups/${group}`, { leaseMs: 1_000 }); // who is deregistered by others leads to its end
  await api.put(`/v1/groups/${group}/runners/a`, { incarnation: inc('a'), ready: true });
  await api.delete(`/v1/groups/${group}/runners/a?reason=gone`);
}

it('two servers on a store: one of them tells; the other one goes on when it stops, or stands still', async () => {
  const store = await testStore('esdb');
  running.closes(async () => store.close());
  const receiver = await running.receiver();
  const file = webhooksFile([{ name: 'ops', url: receiver.url, secret: SECRET, on: ['order'] }]);
  const environment = { ...store.environment, CONCLAVE_WEBHOOKS: file };
  const first = await running.server(environment);
  await delivering(new Api(first.url), 'ops');
  const second = await running.server(environment);
  const { instance: holder } = await webhookAt(new Api(first.url), 'ops');
  await until(
    'the other one knows',
    async () => (await webhookAt(new Api(second.url), 'ops')).state === 'elsewhere',
  );
  for (const [n, { url }] of [first, second, first, second].entries())
    for (const group of ['g1', 'g2']) await orders(new Api(url), group, n * 5, n * 5 + 5);
  await until('all is told', () => receiver.taken.length >= 40);
  const { instance } = await webhookAt(new Api(second.url), 'ops');
  // nothing twice, unless this machine let the server stand still for so long that it was thought to be gone
  if (instance === holder) expect(receiver.taken).toHaveLength(40);
  expect(await first.kill('SIGTERM')).toBe(0);
  await orders(new Api(second.url), 'g1', 20, 25);
  await until('the other one goes on', () => receiver.firsts('g1').length === 25);
  const third = await running.server(environment);
  receiver.manners = answering(503);
  await orders(new Api(third.url), 'g2', 20, 25);
  await until('it is tried', () => receiver.tried.length > 45);
  second.child.kill('SIGSTOP');
  receiver.manners = answering(200);
  await orders(new Api(third.url), 'g2', 25, 26);
  await until('the third one goes on', () => receiver.firsts('g2').length === 26);
  const { instance: heir } = await webhookAt(new Api(third.url), 'ops');
  second.child.kill('SIGCONT');
  await until(
    'the second one has heard of it',
    async () => (await webhookAt(new Api(second.url), 'ops'))?.instance === heir,
  );
  expect(await webhookAt(new Api(third.url), 'ops')).toMatchObject({ instance: heir });
  expect(reasons(receiver.firsts('g1'))).toEqual(numbered(0, 25));
  expect(reasons(receiver.firsts('g2'))).toEqual(numbered(0, 26));
  expect(receiver.forged).toEqual([]);
});

it('a server with the instance of another one does not deliver beside it, and says so', async () => {
  const store = await testStore('esdb');
  running.closes(async () => store.close());
  const receiver = await running.receiver();
  const file = webhooksFile([{ name: 'ops', url: receiver.url, secret: SECRET, on: ['order'] }]);
  const CONCLAVE_INSTANCE = inc('instance');
  const environment = { ...store.environment, CONCLAVE_WEBHOOKS: file, CONCLAVE_INSTANCE };
  const first = await running.server(environment);
  await delivering(new Api(first.url), 'ops');
  const second = await running.server(environment);
  const hasLeft = async ({ url, stderr }: ServerProcess) =>
    (await webhookAt(new Api(url), 'ops')).state === 'elsewhere' &&
    stderr.includes('has the CONCLAVE_INSTANCE of this');
  // the first, unless that claims once more before the second does
  await until('one has left it', async () => (await hasLeft(first)) || hasLeft(second));
  await orders(new Api(first.url), 'g', 0, 5);
  await orders(new Api(second.url), 'g', 5, 10);
  await until('all is told', () => receiver.firsts('g').length === 10);
  expect(receiver.taken).toHaveLength(10);
});
