import { describe, expect, it } from '@jest/globals';
import { readFileSync, writeFileSync } from 'node:fs';
import { decodeJwt } from 'jose';
import { Api, ServerProcess, until } from '@conclave/processes';
import { AgentProcess, Agents } from './agent.fixture.js';

const agents = new Agents();
const { started, endings, file } = agents;
/** An active standby beside who leads. */
async function standby(group: string, id: string, ...more: string[]): Promise<AgentProcess> {
  const agent = await started(group, id, ...more);
  await until(
    `${id} stands by`,
    async () => (await agents.api.get(`/v1/groups/${group}`)).body.runners.active === 2,
  );
  return agent;
}
const lines = (name: string): string[] => {
  try {
    return readFileSync(file(name), 'utf8').trim().split('\n');
  } catch {
    return [];
  }
};
const note = (word: string, name: string): string =>
  `echo ${word} $CONCLAVE_GROUP $CONCLAVE_RUNNER $CONCLAVE_TERM $CONCLAVE_CERTIFICATE >> ${file(name)}`;

describe('commands of an agent', () => {
  it('a lease that is made shorter is renewed like any: its quarter is what counts then', async () => {
    await agents.api.put('/v1/groups/shorter', { leaseMs: 60_000, heartbeatMs: 300 });
    const a = await started('shorter', 'a', '--on-revoked', note('revoked', 'shorter'));
    await a.leads();
    await agents.api.put('/v1/groups/shorter', { leaseMs: 6_000 }); // less than a quarter of what it began with
    const seen = async () => {
      const { runners } = (await agents.api.get('/v1/groups/shorter/runners')).body;
      return Date.parse(runners[0].lastSeenAt);
    };
    const fromMs = await seen();
    await until('it has renewed the shorter one', async () => (await seen()) > fromMs + 2_000);
    expect([await a.status('/is-leader'), lines('shorter'), await endings('shorter')]).toEqual([200, [], []]);
  });

  it('are told the term; nobody else is elected before on-revoked has ended', async () => {
    const gate = file('gate');
    const wait = `while [ ! -e ${gate} ]; do sleep 0.05; done`;
    const hooks = ['--on-elected', note('elected', 'order'), '--hook-timeout', '10m'];
    const a = await started(
      'order',
      'a',
      ...hooks,
      '--on-revoked',
      `${note('revoked', 'order')}; ${wait}; ${note('stopped', 'order')}`,
    );
    await until('it was called', () => lines('order').length === 1);
    const b = await standby('order', 'b', ...hooks);
    await agents.api.put('/v1/groups/order/runners/a/taints/k', {});
    await until('it is told', () => lines('order').length === 2);
    expect([await a.status('/is-leader'), await b.status('/is-leader')]).toEqual([503, 503]);
    expect((await agents.api.get('/v1/groups/order/leader')).body).toMatchObject({
      state: 'handover',
      term: 1,
    });
    writeFileSync(gate, '');
    await b.leads();
    await until('the next is called', () => lines('order').length === 4);
    expect(lines('order').map((line) => line.split(' ').slice(0, 4).join(' '))).toEqual([
      'elected order a 1',
      'revoked order a 1',
      'stopped order a 1',
      'elected order b 2',
    ]);
    expect(decodeJwt(lines('order')[0]!.split(' ')[4]!)).toMatchObject({ runner: 'a', term: 1 });
    expect(await endings('order')).toEqual(['released']);
  });

  it('on-revoked that does not end is killed at its limit, and the lead goes on', async () => {
    const deaf = `trap '' TERM; ${note('revoked', 'deaf')}; while :; do sleep 0.1; done`;
    const a = await started('deaf', 'a', '--on-revoked', deaf, '--hook-timeout', '3s');
    await a.leads();
    const b = await standby('deaf', 'b');
    await agents.api.put('/v1/groups/deaf/runners/a/taints/k', {});
    await b.leads();
    expect([lines('deaf').length, await endings('deaf')]).toEqual([1, ['released']]);
    await until('it is said', () => a.stderr.includes('on-revoked: its time was over'));
  });

  it('on-elected that fails hands the lead back; one that is at work is stopped with the term', async () => {
    const a = await started(
      'fails',
      'a',
      '--on-elected',
      `${note('a', 'fails')}; exit 3`,
      '--on-revoked',
      note('end', 'fails'),
    );
    await until('it is said', () =>
      a.stderr.includes('on-elected: it failed (exit 3)\nconclave: the lead is handed back'),
    );
    const work = `trap '${note('stopped', 'fails')}; exit 0' TERM; ${note('b', 'fails')}; while :; do sleep 0.05; done`;
    const b = await started('fails', 'b', '--on-elected', work);
    await b.leads();
    await until('it works', () => lines('fails').length === 3);
    expect(await b.kill('SIGTERM')).toBe(0);
    expect(lines('fails').map((line) => line.split(' ')[0])).toEqual(['a', 'end', 'b', 'stopped']);
    expect((await endings('fails')).slice(0, 2)).toEqual(['resigned', 'resigned']);
  });

  it('a lease that nobody renews is given up while there is time for on-revoked', async () => {
    const alone = await ServerProcess.start();
    const ready = file('ready');
    await new Api(alone.url).put('/v1/groups/cut', { leaseMs: 12_000 });
    const more = ['--ready-file', ready, '--on-revoked', `ls ${ready}; ${note('revoked', 'cut')}`];
    const a = await AgentProcess.start(alone, 'cut', 'a', more);
    agents.keep(a);
    await a.leads();
    await alone.kill();
    await until('it gave up', () => lines('cut').length === 1);
    expect(await a.status('/is-leader')).toBe(503);
    // the certificate is of a grant that is not over, and the file went before the command came
    expect(decodeJwt(lines('cut')[0]!.split(' ')[4]!)).toMatchObject({ runner: 'a', term: 1 });
    expect(a.stderr).toMatch(/No such file/);
  });
});
