import { describe, expect, it } from '@jest/globals';
import { statSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { Webhook } from 'standardwebhooks';
import { Api, ServerProcess, until } from '@conclave/processes';
import { answering, makeFolder, SECRET, webhooksFile } from './receiver.fixture.js';
import { cliAt, delivering, orders, Running, webhookAt } from './told.fixture.js';

const running = new Running();
const OTHER = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
const good = { name: 'ops', url: 'https://hooks.example/in', secret: SECRET, on: ['order'] };

describe('the file of webhooks', () => {
  it.each([
    ['is not there', () => '/nonexistent/webhooks.yaml', 'ENOENT'],
    ['is wrong', () => webhooksFile([{ ...good, on: [] }]), '0.on: '], // all that can be: apps/server/src/webhooks
  ])('that %s stops the start', async (_, path, said) => {
    const { code, stderr } = await ServerProcess.refused({ CONCLAVE_WEBHOOKS: path() });
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: expect.stringMatching(/^conclave: wrong configuration: file ".+\n$/),
    });
    expect(stderr).toContain(said);
  });

  it('is read again when it changes; one that cannot be read leaves what was in force', async () => {
    const [one, two] = [await running.receiver(), await running.receiver()];
    const first = { ...good, url: one.url };
    const file = webhooksFile([first]);
    const server = await running.server({ CONCLAVE_WEBHOOKS: file });
    const api = new Api(server.url);
    await delivering(api, 'ops');
    writeFileSync(file, '[ {name: ');
    await orders(api, 'g', 0, 1);
    await until('it is told all the same', () => one.taken.length === 1);
    await until('and somebody is told why', () =>
      server.stderr.includes('what it said before stays in force'),
    );
    const warnings = async () => (await api.get('/readyz')).body.warnings;
    expect(await warnings()).toEqual([
      `what stands in ${basename(file)} now cannot be used, and what it said before is in force: the log of this server says why`,
    ]);
    webhooksFile([first, { ...good, name: 'more', url: two.url }], dirname(file));
    await delivering(api, 'more');
    expect(await warnings()).toEqual([]);
    await orders(api, 'g', 1, 2);
    await until('the new one is told from then on', () => two.taken.length === 1);
    expect(two.taken[0]!.data.reason).toBe('n1');
    webhooksFile([{ ...good, name: 'more', url: two.url }], dirname(file));
    await until('the other one is gone', async () => (await webhookAt(api, 'ops')) === undefined);
    await orders(api, 'g', 2, 3);
    await until('the rest is told', () => two.taken.length === 2);
    expect(one.taken.length).toBeLessThanOrEqual(2);
  });

  it('what waited for a receiver is sent at once when its address changes, or a test shows that it is in order', async () => {
    const [one, two] = [await running.receiver(), await running.receiver()];
    for (const receiver of [one, two]) receiver.manners = answering(503, { 'retry-after': '3600' });
    const file = webhooksFile([{ ...good, url: one.url }]);
    const api = new Api((await running.server({ CONCLAVE_WEBHOOKS: file })).url);
    await delivering(api, 'ops');
    await orders(api, 'g', 0, 1);
    await until('it was tried', async () => (await webhookAt(api, 'ops')).lastError !== null);
    webhooksFile([{ ...good, url: two.url }], dirname(file));
    await until('it was tried there', () => two.tried.length > 0);
    two.manners = answering(204);
    expect((await api.post('/v1/webhooks/ops/test', {})).body.delivered).toBe(true);
    await until('it is told', () => two.taken.some(({ type }) => type !== 'test'));
  });

  it('a group that is taken out of it is not told any more, also not what waited for a receiver that was away', async () => {
    const receiver = await running.receiver();
    receiver.manners = answering(500);
    const first = { ...good, url: receiver.url };
    const file = webhooksFile([first]);
    const server = await running.server({ CONCLAVE_WEBHOOKS: file });
    const api = new Api(server.url);
    await delivering(api, 'ops');
    await orders(api, 'not-for-them', 0, 2);
    await until('it was tried', () => receiver.tried.length > 0);
    await until('that something waits is listed', async () => {
      const { stdout } = await cliAt(server).run('webhook', 'list');
      return stdout.includes('\tfailing\tnotices of 1 group\t');
    });
    webhooksFile([{ ...first, groups: ['g'] }], dirname(file));
    await until('it is read', async () => (await webhookAt(api, 'ops')).groups[0] === 'g');
    receiver.manners = answering(204);
    await orders(api, 'g', 0, 1);
    await until('nothing waits', async () => (await webhookAt(api, 'ops')).waitingGroups === 0);
    expect(receiver.taken.map(({ data }) => data.group)).toEqual(['g']);
  });

  it('secrets and headers appear in no answer and no log, are kept to their owner, and can be replaced', async () => {
    const receiver = await running.receiver();
    const folder = makeFolder();
    const secretFile = join(folder, 'ops.secret');
    writeFileSync(secretFile, `${SECRET}\n`, { mode: 0o644 });
    const headers = { authorization: 'Bearer of-the-receiver' };
    const url = `${receiver.url}?key=of-the-query`;
    const about = { name: 'ops', url, secretFile: 'ops.secret', headers, on: ['order'] };
    const file = webhooksFile([about], folder);
    const server = await running.server({ CONCLAVE_WEBHOOKS: file, CONCLAVE_LOG_LEVEL: 'trace' });
    const api = new Api(server.url);
    await delivering(api, 'ops');
    expect(statSync(secretFile).mode & 0o777).toBe(0o600);
    expect(server.stderr).toContain('could be read by others (644): it is 600 now');
    const cli = cliAt(server);
    const test = await cli.run('webhook', 'test', 'ops');
    expect(test).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^delivered \S+:test: answered 204\n$/),
    });
    expect(receiver.taken[0]).toMatchObject({ type: 'test', data: { actor: 'claimed:ana', group: null } });
    expect(receiver.tried[0]!.headers.authorization).toBe('Bearer of-the-receiver');
    writeFileSync(secretFile, `${OTHER}\n${SECRET}\n`); // the receiver knows only the older one yet
    await until('the new secret signs, too', async () => {
      await cli.run('webhook', 'test', 'ops');
      return receiver.tried.at(-1)!.headers['webhook-signature']!.includes(' ');
    });
    const { headers: signed, id, type, timestamp, data } = receiver.tried.at(-1)!;
    const at = new Date(Number(signed['webhook-timestamp']) * 1_000);
    const body = JSON.stringify({ type, timestamp, data });
    expect(signed['webhook-signature']).toBe(
      [OTHER, SECRET].map((secret) => new Webhook(secret).sign(id, at, body)).join(' '),
    );
    await orders(api, 'g', 0, 1);
    await until('it is told', () => receiver.firsts('g').length === 1);
    const list = await cli.run('webhook', 'list');
    expect(list.stdout).toContain(`${new URL(receiver.url).origin}/…`); // of many receivers the path is the secret
    const json = JSON.stringify((await api.get('/v1/webhooks')).body);
    for (const said of [server.stderr, test.stdout, test.stderr, list.stdout, json])
      for (const secret of [SECRET, OTHER, 'of-the-receiver', 'of-the-query', '/hook'])
        expect(said.includes(secret)).toBe(false);
    expect(receiver.forged).toEqual([]);
  });

  it('without one there are none', async () => {
    const server = await running.server({});
    expect((await new Api(server.url).get('/v1/webhooks')).body).toEqual({ webhooks: [] });
    expect((await cliAt(server).run('webhook', 'list')).stdout).toContain('no webhook is configured');
  });
});
