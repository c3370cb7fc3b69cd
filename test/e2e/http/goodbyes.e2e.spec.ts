import { describe, expect, it } from '@jest/globals';
import { until } from '@conclave/processes';
import { STORES } from '@conclave/testing';
import * as schemas from '@conclave/contract';
import { expectBody, I, J, Served } from './served.fixture.js';

describe.each(STORES)('goodbyes over %s', (kind) => {
  const served = new Served(kind);

  it.each([
    ['without a term', {}],
    ['with the key of its order', { 'idempotency-key': 'last words' }],
  ])('%s a leader goes away for good: no end of a cooldown makes it a candidate (G5)', async (_, headers) => {
    const group = `/v1/groups/${served.newGroup()}`;
    const register = async (runner: string, incarnation: string) =>
      served.api.put(`${group}/runners/${runner}`, { incarnation, ready: true });
    await register('a', I);
    const away = { incarnation: I, cooldownMs: 1_000, ifTerm: 1 };
    expectBody(await served.api.post(`${group}/runners/a/resign`, away, headers), 200, schemas.WriteReply);
    const { events } = (await served.api.get(`${group}/history`)).body;
    expect(events.map(({ type }: { type: string }) => type).slice(-3)).toEqual([
      'LeadershipEnded',
      'GroupLeaderless',
      'HeartbeatMissed',
    ]);
    expect(events.at(-1)).toMatchObject({ meta: { actor: 'runner:a' }, data: { runner: 'a' } });
    await until('its cooldown is over', () => Date.now() > Date.parse(events.at(-1).meta.at) + 1_000);
    await register('b', J);
    expect((await served.api.get(`${group}/leader`)).body).toMatchObject({
      term: 2,
      leader: { runner: 'b' },
    });
  });

  it('a repeat of it ends no later term of a process that is back, whose work runs (G1); an operator says it once', async () => {
    const group = `/v1/groups/${served.newGroup()}`;
    await served.api.put(`${group}/runners/a`, { incarnation: I, ready: true });
    const away = async (headers: Record<string, string>, cooldownMs: number) =>
      served.api.post(`${group}/runners/a/resign`, { incarnation: I, cooldownMs }, headers);
    const key = { 'idempotency-key': 'said twice' };
    expectBody(await away(key, 1), 200, schemas.WriteReply);
    let sequence = 0;
    await until('it leads again', async () => {
      const beat = { incarnation: I, sequence: ++sequence, acked: sequence - 1 };
      return (await served.api.post(`${group}/runners/a/heartbeat`, beat)).body.role === 'leader';
    });
    const { term } = (await served.api.get(`${group}/leader`)).body;
    expectBody(await away(key, 1), 200, schemas.WriteReply);
    expect((await served.api.get(`${group}/leader`)).body).toMatchObject({ term, leader: { runner: 'a' } });
    expectBody(await away({ 'x-conclave-actor': 'ana' }, 0), 200, schemas.WriteReply);
    expect((await served.api.get(`${group}/leader`)).body).toMatchObject({ term: term + 1 });
  });

  it('is answered with the ETag of the next read, and elects who said it not even without a cooldown', async () => {
    const group = `/v1/groups/${await served.ledGroup({ leaseMs: 600_000 })}`;
    const away = { incarnation: I, cooldownMs: 0 };
    const answer = await served.api.post(`${group}/runners/a/resign`, away);
    const { version } = expectBody(answer, 200, schemas.WriteReply);
    expect(answer.body.leader).toMatchObject({ term: 2, leader: { runner: 'b' } });
    expect(answer.headers.get('etag')).toBe(`"${version}"`);
    expect((await served.api.get(group)).body).toMatchObject({ version, term: 2 });
    const { body } = await served.api.get(`${group}/runners`);
    expect(body.runners).toMatchObject([{ runner: 'a', status: 'silent' }, { runner: 'b' }]);
  });
});
