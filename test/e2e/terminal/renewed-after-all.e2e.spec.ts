import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdtempSync, readFileSync } from 'node:fs';
import type { ChildProcess } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Api, Cli, Proxy, ServerProcess, until, dropFolder } from '@conclave/testing';

// A store or a network that stands still until little is left of a lease, and no longer (G5).

const directory = mkdtempSync(join(tmpdir(), 'conclave-renewed-'));
const proxy = new Proxy();
const children: ChildProcess[] = [];
let server: ServerProcess;
let api: Api;

beforeAll(async () => {
  server = await ServerProcess.start();
  api = new Api(server.url);
  await proxy.listen();
  proxy.leadTo(Number(server.port));
});
afterAll(async () => {
  for (const child of children) child.kill('SIGKILL');
  await server.kill();
  await proxy.close();
  dropFolder(directory);
});

const file = (name: string): string => join(directory, name);
const linesOf = (name: string): string[] => {
  try {
    return readFileSync(file(name), 'utf8').trim().split('\n');
  } catch {
    return [];
  }
};
const note = (word: string, name: string): string => `echo ${word} $CONCLAVE_TERM >> ${file(name)}`;

/** Begins it behind the proxy; returns what it says. */
function began(...line: string[]): () => string {
  const child = new Cli({ CONCLAVE_URL: `http://127.0.0.1:${proxy.port}` }).started(...line);
  children.push(child);
  let said = '';
  child.stderr!.on('data', (chunk: Buffer) => (said += chunk.toString()));
  child.stdout!.resume();
  return () => said;
}

async function frozenUntilGivenUp(group: string): Promise<void> {
  proxy.freeze();
  await until('it has stopped', () => linesOf(group).length === 2);
  proxy.thaw();
  await until('it begins again', () => linesOf(group).length === 3);
}

async function expectOneTerm(group: string): Promise<void> {
  expect(linesOf(group)).toEqual(['begins 1', 'ends 1', 'begins 1']);
  const { events } = (await api.get(`/v1/groups/${group}/history?type=LeaderElected,LeadershipEnded`)).body;
  expect(events.map(({ type }: any) => type)).toEqual(['LeaderElected']); // resigned it would be out for two leases
  expect((await api.get(`/v1/groups/${group}/leader`)).body).toMatchObject({ state: 'led', term: 1 });
}

describe('a lease that was given up early, and renewed after all', () => {
  it('run starts its program again, in the same term', async () => {
    await api.put('/v1/groups/program', { leaseMs: 10_000, heartbeatMs: 1_000 });
    const script = `trap '${note('ends', 'program')}; exit' TERM; ${note('begins', 'program')}; while :; do sleep 0.05; done`;
    const said = began('run', '--group', 'program', '--id', 'r', '--', 'sh', '-c', script);
    await until('it works', () => linesOf('program').length === 1);
    await frozenUntilGivenUp('program');
    await expectOneTerm('program');
    expect(said()).toContain('the lease was renewed after all: "sh" is started again');
  });

  it('an agent leads on, and its commands are called again', async () => {
    await api.put('/v1/groups/hooks', { leaseMs: 10_000, heartbeatMs: 1_000 });
    const hooks = ['--on-elected', note('begins', 'hooks'), '--on-revoked', note('ends', 'hooks')];
    const said = began('agent', '--group', 'hooks', '--id', 'a', '--listen', '127.0.0.1:0', ...hooks);
    await until('it leads', () => linesOf('hooks').length === 1);
    await frozenUntilGivenUp('hooks');
    await expectOneTerm('hooks');
    expect(said()).toContain('the lease was renewed after all: it leads on');
  });
});
