import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { constants, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Api, describeIf, dropFolder, ServerProcess, until } from '@conclave/processes';

const canMake = spawnSync('unshare', ['-Urmpf', 'mount', '-t', 'tmpfs', 'none', '/mnt']).status === 0;
const describeElsewhere = describeIf(
  canMake,
  'no namespaces can be made here: Linux with "unshare" and its rights',
);

const directory = mkdtempSync(join(tmpdir(), 'conclave-elsewhere-'));
let server: ServerProcess;

beforeAll(async () => {
  server = await ServerProcess.start();
  await new Api(server.url).put('/v1/groups/deploy', {});
});
afterAll(async () => {
  await server.kill();
  dropFolder(directory);
});

const CLI = 'dist/apps/cli/src/main.js';
const SERVER = 'dist/apps/server/src/main.js';

const PASSING = join(directory, 'passing.mjs');
writeFileSync(
  PASSING,
  `import { endAsOthersDo } from '${resolve('dist/libs/launch/src/index.js')}';
  endAsOthersDo();
  const heard = () => undefined;
  process.on('SIGTERM', heard).off('SIGTERM', heard);
  setInterval(() => console.log('not any more'), 100);`,
);

/** A program in namespaces of its own, once `setup` is done there; `options` say of which kinds. */
function started(options: string, setup: string, program: string, ...args: string[]) {
  const line = [process.execPath, resolve(program), ...args];
  const child = spawn('unshare', [options, 'sh', '-c', `${setup}; exec "$@"`, 'sh', ...line], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: process.env.PATH, HOME: '/nonexistent', CONCLAVE_URL: server.url },
  });
  const told = { said: '' };
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => (told.said += chunk.toString()));
  return { child, told };
}

async function elsewhere(options: string, setup: string, ...args: string[]) {
  const { child, told } = started(options, setup, CLI, ...args);
  const [code] = (await once(child, 'close')) as [number];
  return { code, ...told };
}

describeElsewhere('the command line on hosts that are not like others', () => {
  it.each([
    ['there is no /proc', '-Urm', 'mount -t tmpfs none /proc'],
    ['/proc is of other processes, and nobody takes its orphans (process 1)', '-Urpf', ':'],
  ])('where %s nothing of the program is left when the term is released', async (where, options, setup) => {
    const group = `g${where.length}`;
    const log = join(directory, group);
    // its output is that of the run, whose end is waited for
    const rest = `( trap "" TERM; for n in $(seq 40); do date +%s%3N >> ${log}; sleep 0.1; done ) & sleep 0.5`;
    const run = ['run', '--group', group, '--once', '--grace', '300ms', '--', 'sh', '-c', rest];
    const { code, said } = await elsewhere(options, setup, ...run);
    expect([code, said]).toEqual([0, expect.stringContaining('there is no /proc of its own here')]);
    expect(said).toContain('has not stopped within 0.3 s, and is killed');
    const { events } = (await new Api(server.url).get(`/v1/groups/${group}/history?type=LeadershipEnded`))
      .body;
    const wrote = readFileSync(log, 'utf8').trim().split('\n').map(Number);
    expect(wrote.at(-1)).toBeLessThanOrEqual(Date.parse(events[0].meta.at));
  });

  it('for a user id without a name, and without HOME, only completion needs one', async () => {
    const nobody = 'unset HOME';
    const run = ['run', '--group', 'nameless', '--once', '--', 'true'];
    expect((await elsewhere('--map-user=54321', nobody, ...run)).code).toBe(0);
    expect(await elsewhere('--map-user=54321', nobody, 'complete', 'bash', '--install')).toEqual({
      code: 2,
      said: 'conclave: --install needs to know your home: HOME is not set.\n',
    });
  });

  it.each([
    ['a command that follows', CLI, ['watch', 'deploy'], 'why'],
    ['a server that begins', SERVER, ['--port', '0', '--store', 'sqlite::memory:'], 'starting'],
    ['what listened for a moment only', PASSING, [], 'not any more'],
  ])('as process 1 of a container %s is ended by SIGTERM', async (_, program, args, first) => {
    const { child, told } = started('-Urpf', ':', program, ...args);
    await until(first, () => told.said.includes(first));
    const inside = readFileSync(`/proc/${child.pid}/task/${child.pid}/children`, 'utf8');
    process.kill(Number(inside), 'SIGTERM');
    const [code] = (await once(child, 'close')) as [number];
    // 0: the server was ready meanwhile; 1: it runs on another Node, as this one is too old
    expect([0, 1, 128 + constants.signals.SIGTERM]).toContain(code);
  });

  it('a server whose host no name server tells of says so', async () => {
    const serve = ['serve', '--port', '0', '--store', 'sqlite::memory:', '--auth', 'off'];
    const { code, said } = await elsewhere('-Urn', ':', ...serve, '--host', 'conclave.example');
    expect([code, said.trim().split('\n').at(-1)]).toEqual([
      1,
      'conclave: "conclave.example" cannot be looked up now: no name server answers (EAI_AGAIN). Set CONCLAVE_HOST to an address.',
    ]);
  });

  it.each(['--help', '--version', '--print-config'])(
    'serve %s says when it cannot be written',
    async (wish) => {
      expect(await elsewhere('-U', 'exec > /dev/full', 'serve', wish)).toEqual({
        code: 1,
        said: 'conclave: what it says cannot be written: ENOSPC: no space left on device, write\n',
      });
    },
  );

  it.each([
    ['a server', SERVER, ['--port', '0', '--store', 'sqlite::memory:']],
    ['a command', CLI, ['watch', 'deploy']],
  ])('SIGUSR1 lets no debugger into %s, nor ends it', async (_, program, args) => {
    const { child, told } = started('-U', ':', program, ...args);
    await until('it is at work', () => /listening on|why/.test(told.said));
    process.kill(child.pid!, 'SIGUSR1');
    await new Api(server.url).put('/v1/groups/deploy', { leaseMs: 20_000 }); // as long as it takes
    child.kill('SIGTERM');
    await once(child, 'close');
    expect(told.said).not.toContain('Debugger');
    expect(child.signalCode === 'SIGTERM' || child.exitCode === 0).toBe(true);
  });
});
