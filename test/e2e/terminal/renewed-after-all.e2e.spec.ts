import { describe, expect, it } from '@jest/globals';
import { join } from 'node:path';
import { Cli, until } from '@conclave/processes';
import { BehindProxy, linesOf } from './behind-proxy.fixture.js';

// A store or a network that stands still until little is left of a lease, and no longer (G5).

const here = new BehindProxy('renewed');
const { directory, proxy, children } = here;

const file = (name: string): string => join(directory, name);
const note = (word: string, name: string): string => `echo ${word} $CONCLAVE_TERM >> ${file(name)}`;

/** Begins it behind the proxy; returns what it says. */
function began(...line: string[]): () => string {
  const child = new Cli({ CONCLAVE_URL: here.url }).started(...line);
  children.push(child);
  let said = '';
  child.stderr!.on('data', (chunk: Buffer) => (said += chunk.toString()));
  child.stdout!.resume();
  return () => said;
}

async function frozenUntilGivenUp(group: string): Promise<void> {
  proxy.freeze();
  await until('it has stopped', () => linesOf(file(group)).length === 2);
  proxy.thaw();
  await until('it begins again', () => linesOf(file(group)).length === 3);
}

async function expectOneTerm(group: string): Promise<void> {
  expect(linesOf(file(group))).toEqual(['begins 1', 'ends 1', 'begins 1']);
  const { events } = (await here.api.get(`/v1/groups/${group}/history?type=LeaderElected,LeadershipEnded`))
    .body;
  expect(events.map(({ type }: any) => type)).toEqual(['LeaderElected']); // resigned it would be out for two leases
  expect((await here.api.get(`/v1/groups/${group}/leader`)).body).toMatchObject({ state: 'led', term: 1 });
}

describe('a lease that was given up early, and renewed after all', () => {
  it('run starts its program again, in the same term', async () => {
    await here.api.put('/v1/groups/program', { leaseMs: 10_000, heartbeatMs: 1_000 });
    const script = `trap '${note('ends', 'program')}; exit' TERM; ${note('begins', 'program')}; while :; do sleep 0.05; done`;
    const said = began('run', '--group', 'program', '--id', 'r', '--', 'sh', '-c', script);
    await until('it works', () => linesOf(file('program')).length === 1);
    await frozenUntilGivenUp('program');
    await expectOneTerm('program');
    expect(said()).toContain('the lease was renewed after all: "sh" is started again');
  });

  it('an agent leads on, and its commands are called again', async () => {
    await here.api.put('/v1/groups/hooks', { leaseMs: 10_000, heartbeatMs: 1_000 });
    const hooks = ['--on-elected', note('begins', 'hooks'), '--on-revoked', note('ends', 'hooks')];
    const said = began('agent', '--group', 'hooks', '--id', 'a', '--listen', '127.0.0.1:0', ...hooks);
    await until('it leads', () => linesOf(file('hooks')).length === 1);
    await frozenUntilGivenUp('hooks');
    await expectOneTerm('hooks');
    expect(said()).toContain('the lease was renewed after all: it leads on');
  });
});
