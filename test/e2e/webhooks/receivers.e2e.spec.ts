import { describe, expect, it } from '@jest/globals';
import { Api, inc, until } from '@conclave/processes';
import { testStore } from '@conclave/testing';
import { DatabaseSync } from 'node:sqlite';
import { answering, SECRET, webhooksFile, type Manners } from './receiver.fixture.js';
import { cliAt, delivering, numbered, orders, reasons, Running, webhookAt } from './told.fixture.js';

const running = new Running();
const hanging: Manners = () => undefined;

describe('receivers', () => {
  it('one that hangs, and one that fails, hold up no other; a failing group holds up no other group', async () => {
    const [good, hangs, fails] = [
      await running.receiver(),
      await running.receiver(),
      await running.receiver(),
    ];
    hangs.manners = hanging;
    fails.manners = (told, response) =>
      answering(told.data.group === 'g1' ? 500 : 200, { 'retry-after': '3600' })(told, response);
    const all = { secret: SECRET, on: ['order'] };
    const file = webhooksFile([
      { ...all, name: 'hangs', url: hangs.url },
      { ...all, name: 'fails', url: fails.url },
      { ...all, name: 'good', url: good.url },
    ]);
    const server = await running.server({ CONCLAVE_WEBHOOKS: file });
    const api = new Api(server.url);
    await delivering(api, 'good', 'hangs', 'fails');
    for (let group = 0; group < 20; group++) await orders(api, `g${group}`, 0, 3);
    await until('the good one is told all', () => good.taken.length === 60);
    await until('the failing one is told all but g1', () => fails.taken.length === 57);
    expect(fails.tried.filter(({ data }) => data.group === 'g1')).toHaveLength(1); // it asked for an hour
    expect(hangs.taken).toEqual([]);
    expect(await webhookAt(api, 'fails')).toMatchObject({
      state: 'failing',
      waitingGroups: 1,
      lastError: { why: 'answered 500' },
    });
    expect(await webhookAt(api, 'good')).toMatchObject({ state: 'delivering', waiting: 0, lastError: null });
    hangs.manners = answering(200);
    expect(await server.kill('SIGTERM')).toBe(0); // also while some hang
  });

  it('one that is away takes no room in the log with each try', async () => {
    const store = await testStore('sqlite');
    running.closes(async () => store.close());
    const away = await running.receiver();
    away.manners = answering(500);
    const file = webhooksFile([{ name: 'away', url: away.url, secret: SECRET, on: ['order'] }]);
    const server = await running.server({ ...store.environment, CONCLAVE_WEBHOOKS: file });
    const api = new Api(server.url);
    await delivering(api, 'away');
    await orders(api, 'g', 0, 1);
    await until('it was tried often', () => away.tried.length >= 5);
    expect(await server.kill('SIGTERM')).toBe(0);
    const log = new DatabaseSync(store.environment.CONCLAVE_STORE!.replace(/^sqlite:/, ''));
    const [row] = log.prepare("SELECT count(*) AS count FROM events WHERE type = 'WebhookDelivered'").all();
    log.close();
    expect(row!.count).toBeLessThan(5); // the first, that it fails, that the server stops
  });

  it('one that is far behind is told all in order, of which a thousand notices are held', async () => {
    const slow = await running.receiver();
    const held: (() => void)[] = [];
    slow.manners = (_, response) => void held.push(() => response.writeHead(200).end());
    const file = webhooksFile([{ name: 'slow', url: slow.url, secret: SECRET, on: ['order'] }]);
    const api = new Api((await running.server({ CONCLAVE_WEBHOOKS: file })).url);
    await delivering(api, 'slow');
    for (let n = 0; n < 1_100; n += 50) {
      for (const answer of held.splice(0)) answer(); // before it would be tried again
      await orders(api, 'g', n, n + 50);
    }
    const { waiting } = await webhookAt(api, 'slow');
    expect([waiting > 900, waiting <= 1_000]).toEqual([true, true]);
    slow.manners = answering(200);
    for (const answer of held) answer();
    await until('it has caught up', () => slow.firsts('g').length === 1_100);
    expect(reasons(slow.firsts('g'))).toEqual(numbered(0, 1_100));
  });

  it('what fails for too long is given up, the group goes on, and it can be told again by hand', async () => {
    const receiver = await running.receiver();
    receiver.manners = (told, response) => answering(told.data.reason === 'n1' ? 500 : 200)(told, response);
    const about = { name: 'ops', url: receiver.url, secret: SECRET, on: ['order'], giveUpAfterMs: 1_000 };
    const server = await running.server({ CONCLAVE_WEBHOOKS: webhooksFile([about]) });
    const api = new Api(server.url);
    await delivering(api, 'ops');
    await orders(api, 'g', 0, 3);
    await until('the group goes on', () => receiver.firsts('g').length === 2);
    expect(reasons(receiver.firsts('g'))).toEqual(['n0', 'n2']);
    const [dead] = (await until('it is listed', async () => {
      const { body } = await api.get('/v1/webhooks/ops/dead');
      return body.dead.length === 1 && body.dead;
    })) as [{ id: string }];
    expect(dead).toMatchObject({ type: 'order', group: 'g', version: 2, why: 'answered 500' });
    const cli = cliAt(server);
    expect((await cli.run('webhook', 'dead', 'ops')).stdout).toContain(dead.id);
    expect(await cli.run('webhook', 'redeliver', 'ops', dead.id)).toMatchObject({
      code: 1,
      stderr: `conclave: ${dead.id} was not delivered: answered 500\n`,
    });
    receiver.manners = answering(200);
    expect(await cli.run('webhook', 'redeliver', 'ops', dead.id)).toMatchObject({
      code: 0,
      stdout: `delivered ${dead.id}: answered 200\n`,
    });
    expect(receiver.taken.at(-1)).toMatchObject({ id: dead.id, type: 'order', data: { reason: 'n1' } });
    await until('it is dead no more', async () => (await webhookAt(api, 'ops')).dead === 0);
    expect((await cli.run('webhook', 'redeliver', 'ops', dead.id)).stderr).toContain('notice-unknown');
  });

  it('410 is final; redirects and this server itself are not followed; what is not there cannot be reached', async () => {
    const [gone, elsewhere] = [await running.receiver(), await running.receiver()];
    gone.manners = answering(410);
    const moved = await running.receiver();
    moved.manners = answering(307, { location: elsewhere.url });
    const all = { secret: SECRET, on: ['order'] };
    const file = webhooksFile([
      { ...all, name: 'gone', url: gone.url },
      { ...all, name: 'moved', url: moved.url },
      { ...all, name: 'away', url: 'http://127.0.0.1:1/' },
    ]);
    const server = await running.server({ CONCLAVE_WEBHOOKS: file });
    const api = new Api(server.url);
    await delivering(api, 'gone', 'moved', 'away');
    await orders(api, 'g', 0, 2);
    await until('both are given up', async () => (await webhookAt(api, 'gone')).dead === 2);
    expect(gone.tried).toHaveLength(2);
    expect(await webhookAt(api, 'gone')).toMatchObject({ state: 'failing', waiting: 0 });
    gone.manners = answering(204);
    expect((await api.post('/v1/webhooks/gone/test', {})).body.delivered).toBe(true);
    expect((await webhookAt(api, 'gone')).state).toBe('delivering');
    const why = async (name: string) => (await api.post(`/v1/webhooks/${name}/test`, {})).body;
    expect(await why('moved')).toMatchObject({
      delivered: false,
      status: 307,
      why: 'answered 307: redirects are not followed',
    });
    expect(elsewhere.tried).toEqual([]);
    expect(await why('away')).toMatchObject({ status: null, why: 'it cannot be reached (ECONNREFUSED)' });
    webhooksFile(
      [{ ...all, name: 'own', url: `http://localhost:${server.port}/v1/groups/g/pause` }],
      dir(file),
    );
    await until('it is read again', async () => webhookAt(api, 'own'));
    expect(await why('own')).toMatchObject({ status: null, why: 'the URL leads to this server itself' });
    expect(await api.post('/v1/webhooks/none/test', {})).toMatchObject({
      status: 404,
      body: { code: 'webhook-unknown', detail: 'there is no webhook "none": there are own.' },
    });
  });

  it('hear of what they want to hear, of groups that they want to hear of', async () => {
    const receiver = await running.receiver();
    const on = ['leader-changed', 'handover', 'runner-silent', 'taint-expired'];
    const file = webhooksFile([{ name: 'ops', url: receiver.url, secret: SECRET, on, groups: ['deploy-*'] }]);
    const server = await running.server({ CONCLAVE_WEBHOOKS: file });
    const api = new Api(server.url);
    await delivering(api, 'ops');
    for (const group of ['other', 'deploy-eu']) {
      const path = `/v1/groups/${group}`;
      await api.put(path, { leaseMs: 1_000 });
      await api.put(`${path}/runners/a`, { incarnation: inc('a'), ready: true });
      await api.put(`${path}/runners/b`, { incarnation: inc('b'), ready: true });
      const taint = { reason: 'disk', effect: 'NoLead', ttlMs: 200 };
      await api.put(`${path}/runners/a/taints/t`, taint, { 'x-conclave-actor': 'ana' });
    }
    const types = () => new Set(receiver.taken.map(({ type }) => type));
    await until('all kinds are told', () => on.every((type) => types().has(type)));
    expect(types()).toEqual(new Set(on));
    expect(new Set(receiver.taken.map(({ data }) => data.group))).toEqual(new Set(['deploy-eu']));
    const [changed, handover] = receiver.firsts('deploy-eu');
    expect(changed).toMatchObject({ type: 'leader-changed', data: { runner: 'a', term: 1 } });
    expect(handover).toMatchObject({
      type: 'handover',
      data: { runner: 'a', actor: 'claimed:ana', reason: 'disk', link: '/groups/deploy-eu' },
    });
    expect(handover!.data.words[0]).toContain('must stop leading');
  });
});

const dir = (file: string): string => file.replace(/\/[^/]*$/, '');
