import { describe, expect, it } from '@jest/globals';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { Agent, request, type RequestOptions } from 'node:http';
import { join } from 'node:path';
import { TermGate } from '@conclave/runner-sdk';
import { Cli, until } from '@conclave/processes';
import { Agents } from './agent.fixture.js';

const agents = new Agents();
const { started, endings, folder } = agents;
const led = async (group: string): Promise<string | undefined> =>
  (await agents.api.get(`/v1/groups/${group}/leader`)).body.leader?.runner;

/** Not `fetch`: it may not name another host, and chooses its connections itself. */
const statusOf = async (url: string, options: RequestOptions): Promise<number> =>
  new Promise((resolve, reject) => {
    request(url, options, (answer) => {
      answer.resume().once('end', () => resolve(answer.statusCode!));
    })
      .on('error', reject)
      .end();
  });

describe('conclave agent', () => {
  it('--json: where it answers is JSON, too', async () => {
    const { line, url } = await started('programs', 'a', '--json');
    expect(JSON.parse(line)).toEqual({ url, group: 'programs', runner: 'a' });
  });

  it('answers who leads, with term and certificate, and hands over at SIGTERM', async () => {
    const file = join(folder, 'ready');
    writeFileSync(file, 'of a process that was killed');
    const a = await started('web', 'a', '--ready-file', file, '--label', 'zone=eu', '--priority', '7');
    await a.leads();
    const b = await started('web', 'b');
    await until('b knows', async () => (await b.status('/leader')) === 200);
    await until(
      'b stands by',
      async () => (await agents.api.get('/v1/groups/web')).body.runners.active === 2,
    );
    expect((await agents.api.get('/v1/groups/web/runners')).body.runners[0]).toMatchObject({
      runner: 'a',
      labels: { zone: 'eu' },
      priority: 7,
    });
    for (const [agent, status] of [
      [a, 200],
      [b, 503],
    ] as const)
      for (const method of ['GET', 'HEAD', 'OPTIONS'])
        expect({ method, status: await agent.status('/is-leader', method) }).toEqual({ method, status });
    expect(JSON.parse((await a.get('/leader')).text)).toMatchObject({ leads: true, leader: 'a', term: 1 });
    expect(JSON.parse((await b.get('/leader')).text)).toMatchObject({ leads: false, leader: 'a', term: 1 });
    expect(await a.get('/term')).toEqual({ status: 200, text: '1\n' });
    expect(await b.get('/term')).toEqual({ status: 503, text: '"b" does not lead (standby)\n' });
    expect(await b.status('/certificate')).toBe(503);
    const gate = new TermGate({ group: 'web', keys: (await agents.api.get('/v1/keys')).body });
    expect(await gate.admit((await a.get('/certificate')).text)).toMatchObject({ runner: 'a', term: 1 });
    expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({ group: 'web', runner: 'a', term: 1 });
    expect([await a.status('/healthz'), await b.status('/healthz'), await b.status('/nothing')]).toEqual([
      200, 200, 404,
    ]);
    expect(await statusOf(`${a.url}/certificate`, { headers: { host: 'evil.example:7610' } })).toBe(421);
    expect(await statusOf(`${a.url}/certificate`, { headers: { host: 'localhost.:7610' } })).toBe(200);

    expect(await a.kill('SIGTERM')).toBe(0);
    expect([existsSync(file), readdirSync(folder)]).toEqual([false, []]);
    await b.leads();
    expect(await b.get('/term')).toEqual({ status: 200, text: '2\n' });
    expect(await endings('web')).toEqual(['resigned']);
  });

  it('who was killed leaves no ready file', async () => {
    const file = join(folder, 'killed');
    const a = await started('killed', 'a', '--ready-file', file);
    await until('it is there', () => existsSync(file));
    await a.kill('SIGKILL');
    await until('it is gone', () => !existsSync(file));
  });

  it('who stood still does not say that it leads, whatever was asked meanwhile', async () => {
    await agents.api.put('/v1/groups/still', { leaseMs: 1_000 });
    const file = join(folder, 'still');
    const a = await started('still', 'a', '--ready-file', file);
    await a.leads();
    const b = await started('still', 'b');
    await until(
      'b stands by',
      async () => (await agents.api.get('/v1/groups/still')).body.runners.active === 2,
    );
    // on connections that are open: what is asked there comes before any timer when it wakes
    const asking = ['/is-leader', '/term', '/certificate'].map((path) => {
      const agent = new Agent({ keepAlive: true, maxSockets: 1 });
      return async () => statusOf(a.url + path, { agent });
    });
    expect(await Promise.all(asking.map(async (ask) => ask()))).toEqual([200, 200, 200]);
    a.child.kill('SIGSTOP');
    const asked = asking.map(async (ask) => ask());
    await b.leads();
    await until('the ready file is gone', () => !existsSync(file));
    a.child.kill('SIGCONT');
    expect(await Promise.all(asked)).toEqual([503, 503, 503]);
    expect(await a.status('/is-leader')).toBe(503);
  });

  it('refuses what cannot be, in one line', async () => {
    const cli = new Cli({ CONCLAVE_URL: agents.server.url });
    const agent = async (...more: string[]) => cli.run('agent', '--group', 'g', ...more);
    for (const [more, code, words] of [
      [['--listen', '7610'], 2, /Take an address and a port/],
      [['--listen', '127.0.0.1:99999'], 2, /Take an address and a port/],
      [['--label', 'zone'], 2, /Write it as name=value/],
      [['--label', 'a"=x'], 2, /no server takes that: .* no control character, quote or backslash/],
      [['--priority', '1.5'], 2, /Take a whole number/],
      [['--hook-timeout', '10'], 2, /Take a number with ms, s/],
      [
        ['--ready-file', '/nowhere/ready', '--listen', '127.0.0.1:0'],
        2,
        /--ready-file: there is no folder "\/nowhere"/,
      ],
      [['--id', 'no/id'], 2, /id must be letters/],
      [['--listen', `127.0.0.1:${agents.server.port}`], 3, /port is in use/],
      [['--kubernetes-label', 'role'], 2, /Take a label that Kubernetes allows/],
      [['--kubernetes-label', 'role=leader'], 2, /needs KUBERNETES_SERVICE_HOST, POD_NAME, POD_NAMESPACE/],
    ] as const)
      expect({ more, ...(await agent(...more)) }).toMatchObject({
        code,
        stdout: '',
        stderr: expect.stringMatching(words),
      });
    expect(await led('g')).toBeUndefined();
  });
});
