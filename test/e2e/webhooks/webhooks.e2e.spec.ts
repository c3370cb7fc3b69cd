import { afterEach, describe, expect, it } from '@jest/globals';
import { Api, inc, ServerProcess, STORES, testStore, until } from '@conclave/testing';
import { answering, Receiver, SECRET, webhooksFile, type Told } from './receiver.fixture.js';

const running: { kill(): Promise<unknown> }[] = [];
const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((p) => p.kill()));
  for (const close of closing.splice(0)) await close();
});

const receiving = async (): Promise<Receiver> => {
  const receiver = await Receiver.start();
  closing.push(async () => receiver.stop());
  return receiver;
};
const started = async (environment: Record<string, string>): Promise<ServerProcess> => {
  const server = await ServerProcess.start(environment);
  running.push(server);
  return server;
};
/** Delivers to all that are named. */
const delivering = async (api: Api, ...names: string[]) =>
  until('the server delivers', async () => {
    const { webhooks } = (await api.get('/v1/webhooks')).body;
    const held = webhooks.filter((one: any) => one.state === 'delivering' || one.state === 'failing');
    return names.every((name) => held.some((one: any) => one.name === name));
  });

/** Orders that each leave one event: labels of what is told by `order` notices, in their order. */
async function orders(api: Api, group: string, from: number, to: number): Promise<void> {
  for (let n = from; n < to; n++) {
    const { status } = await api.put(`/v1/groups/${group}`, { drainMs: n + 1, reason: `n${n}` });
    expect(status).toBeLessThan(300);
  }
}
const reasons = (told: Told[]) => told.map(({ data }) => data.reason);
const numbered = (from: number, to: number) => Array.from({ length: to - from }, (_, n) => `n${n + from}`);

describe.each(STORES)('webhooks (%s)', (kind) => {
  it('tell in order per group, signed, across kill -9, while a receiver fails, and nothing is left out', async () => {
    const store = await testStore(kind);
    closing.push(async () => store.close());
    const receiver = await receiving();
    const file = webhooksFile([{ name: 'ops', url: receiver.url, secret: SECRET, on: ['order'] }]);
    const environment = { ...store.environment, CONCLAVE_WEBHOOKS: file };
    const server = await started(environment);
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
    const again = new Api((await started(environment)).url);
    await orders(again, 'g1', 10, 12);
    await until('all is told', () =>
      ['g1', 'g2'].every((group, n) => receiver.firsts(group).length === (n === 0 ? 12 : 10)),
    );
    expect(reasons(receiver.firsts('g1'))).toEqual(numbered(0, 12));
    expect(reasons(receiver.firsts('g2'))).toEqual(numbered(0, 10));
    expect(receiver.forged).toEqual([]);
    await delivering(again, 'ops');
    expect((await again.get('/v1/verify')).body.ok).not.toBe(false);
  });
});
