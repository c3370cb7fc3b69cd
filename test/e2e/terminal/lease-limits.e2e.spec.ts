import { describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { constants, openSync, readdirSync, readFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { Cli, until } from '@conclave/processes';
import { BehindProxy, linesOf } from './behind-proxy.fixture.js';

// A program that takes long to stop, or does not listen at all: in a lease group two must never be at work (G2).

const here = new BehindProxy('limits');
const { directory, proxy, children } = here;

/** Notes each 50 ms, with the time, who is at work; SIGTERM does not end it. */
const stubborn = (file: string, name = '$CONCLAVE_RUNNER'): string[] => [
  'sh',
  '-c',
  `exec 2> /dev/null; trap "echo ${name} told >> ${file}" TERM; while :; do echo ${name} works >> ${file}; sleep 0.05; done`,
];

function run(
  group: string,
  id: string,
  url: string,
  file: string,
  name?: string,
  program = stubborn(file, name),
): ChildProcess {
  const cli = new Cli({ CONCLAVE_URL: url });
  const child = cli.started('run', '--group', group, '--id', id, '--grace', '60d', '--', ...program);
  children.push(child);
  child.stderr!.resume();
  return child;
}

/** `first` works, `second` stands by. */
async function pair(group: string, firstUrl: string, begin = run): Promise<string> {
  const file = join(directory, group);
  await here.api.put(`/v1/groups/${group}`, { leaseMs: 4_000, heartbeatMs: 500, drainMs: 500 });
  begin(group, 'first', firstUrl, file);
  await until('it works', () => linesOf(file).length > 2);
  run(group, 'second', here.server.url, file);
  await until('the second stands by', async () => {
    return (await here.api.get(`/v1/groups/${group}`)).body.runners.active === 2;
  });
  return file;
}

async function expectOneAfterTheOther(file: string, next = 'second', isTold = true): Promise<void> {
  await until(
    'the next one works',
    () => linesOf(file).filter((line) => line === `${next} works`).length > 5,
  );
  const lines = linesOf(file);
  expect(lines.includes('first told')).toBe(isTold);
  expect(lines.findLastIndex((line) => line.startsWith('first'))).toBeLessThan(
    lines.indexOf(`${next} works`),
  );
}

/** Whose stderr is a pipe that is full, and that nobody reads. */
function runUnread(group: string, id: string, url: string, file: string): ChildProcess {
  const path = join(directory, 'unread.pipe');
  spawnSync('mkfifo', [path]);
  const pipe = openSync(path, constants.O_RDWR | constants.O_NONBLOCK);
  const isFull = () => {
    try {
      return writeSync(pipe, Buffer.alloc(4_096, '.')) === 0;
    } catch {
      return true;
    }
  };
  while (!isFull());
  const line = ['dist/apps/cli/src/main.js', 'run', '--group', group, '--id', id, '--', ...stubborn(file)];
  const child = spawn('sh', ['-c', `exec "$0" "$@" 2> ${path}`, process.execPath, ...line], {
    stdio: ['ignore', 'ignore', 'ignore'],
    env: { ...process.env, CONCLAVE_URL: url },
  });
  children.push(child);
  return child;
}

/** `timeout` puts it into a process group of its own. */
const runGrouped = (group: string, id: string, url: string, file: string): ChildProcess =>
  run(group, id, url, file, undefined, ['sh', '-c', 'timeout 600 "$@"; sleep 600', 'sh', ...stubborn(file)]);

/** The process beside it that ends its program when it cannot. */
function guardOf({ pid }: ChildProcess): number | undefined {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .find((one) => {
      try {
        const stat = readFileSync(`/proc/${one}/stat`, 'utf8');
        const isOurs = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]) === pid;
        return isOurs && readFileSync(`/proc/${one}/cmdline`, 'utf8').startsWith('lease-guard');
      } catch {
        return false;
      }
    });
}

describe('conclave run, whose program does not stop when it is told to', () => {
  it('kills it before the lease ends that no server renews', async () => {
    const file = await pair('cut', here.url);
    proxy.leadTo(null);
    await expectOneAfterTheOther(file);
    proxy.leadTo(Number(here.server.port));
    const { events } = (await here.api.get('/v1/groups/cut/history?type=LeadershipEnded')).body;
    expect(events.map((event: any) => event.data.cause)).toEqual(['heartbeat-missed']); // not resigned: no cooldown
  });

  it('kills it, too, in a process group of its own', async () => {
    const file = await pair('grouped', here.url, runGrouped);
    proxy.leadTo(null);
    await expectOneAfterTheOther(file);
    proxy.leadTo(Number(here.server.port));
  });

  it('leaves nothing behind when it is killed itself, in whichever process group', async () => {
    const file = await pair('killed', here.server.url, runGrouped);
    children.at(-2)!.kill('SIGKILL');
    await expectOneAfterTheOther(file, 'second', false);
  });

  it('begins another guard when that is killed', async () => {
    const file = await pair('guarded', here.server.url);
    const first = children.at(-2)!;
    const guard = guardOf(first)!;
    process.kill(guard, 'SIGKILL');
    await until('there is another one', () => ![guard, undefined].includes(guardOf(first)));
    first.kill('SIGSTOP');
    await expectOneAfterTheOther(file, 'second', false);
    first.kill('SIGCONT');
  });

  it('kills it, too, if nobody reads what it says', async () => {
    proxy.leadTo(Number(here.server.port));
    const file = await pair('unread', here.url, runUnread);
    proxy.leadTo(null);
    await expectOneAfterTheOther(file);
  });

  it('leaves that to its guard if it is stopped itself; once it goes on it has lost', async () => {
    let first!: ChildProcess;
    const file = await pair('stopped', here.server.url, (...of) => (first = run(...of)));
    first.kill('SIGSTOP');
    await expectOneAfterTheOther(file, 'second', false);
    first.kill('SIGCONT');
    await until('it stands by', async () => {
      const { runners } = (await here.api.get('/v1/groups/stopped')).body;
      return runners.active === 2;
    });
    await expectOneAfterTheOther(file, 'second', false);
  });

  it('kills it before the lease ends of a leader that a newer process with its id has replaced', async () => {
    const file = join(directory, 'replaced');
    await here.api.put('/v1/groups/replaced', { leaseMs: 4_000, heartbeatMs: 500 });
    run('replaced', 'first', here.server.url, file);
    await until('it works', () => linesOf(file).length > 2);
    run('replaced', 'first', here.server.url, file, 'newer');
    await expectOneAfterTheOther(file, 'newer');
  });

  it('kills it before the lease of a revoked leader ends, however long its grace', async () => {
    const file = await pair('tainted', here.server.url);
    await here.api.put('/v1/groups/tainted/runners/first/taints/k', {});
    await expectOneAfterTheOther(file);
  });

  it('a lease that comes to its end is lost: with --once that is a failure', async () => {
    const file = join(directory, 'once');
    await here.api.put('/v1/groups/once', { leaseMs: 2_000, heartbeatMs: 300 });
    proxy.leadTo(Number(here.server.port));
    const cli = new Cli({ CONCLAVE_URL: here.url });
    const child = cli.started('run', '--group', 'once', '--id', 'r', '--once', '--', ...stubborn(file));
    children.push(child);
    let said = '';
    child.stderr!.on('data', (chunk: Buffer) => (said += chunk.toString()));
    await until('it works', () => linesOf(file).length > 2);
    proxy.leadTo(null);
    const [code] = await once(child, 'close');
    expect({ code, said }).toEqual({
      code: 1,
      said: expect.stringMatching(
        // on a busy machine the lease may be over before it is seen that none of the program is left
        /(no server renews the lease: "sh" was stopped|r lost \(term 1\))[\s\S]*the lead was lost before the command ended/,
      ),
    });
  });
});
