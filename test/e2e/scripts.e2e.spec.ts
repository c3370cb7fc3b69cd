import { describe, expect, it } from '@jest/globals';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { until } from '@conclave/processes';

function ran(line: string, ...before: string[]) {
  const args = [...before, ...line.split(' ')];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8', timeout: 60_000 });
  return { status, stdout, stderr };
}

describe('scripts that test and measure', () => {
  it.each(['fuzz', 'flood', 'sim', 'chaos', 'bench'])(
    '%s has a --help, and names an option that it has not',
    (name) => {
      const script = name === 'bench' ? 'bench/run.mjs' : `test/${name}/run.mjs`;
      expect(ran(`${script} --help`)).toEqual({
        status: 0,
        stdout: expect.stringContaining('npm run'),
        stderr: '',
      });
      const stderr = `${name}: Unknown option '--bogus'. See --help.\n`;
      expect(ran(`${script} --bogus`)).toEqual({ status: 2, stdout: '', stderr });
    },
  );

  it.each([
    'scripts/write-openapi.mjs',
    'scripts/screenshots.mjs',
    'scripts/packages.mjs',
    'bench/watching.mjs',
    'dist/apps/cli/src/demo/demo.js',
  ])('%s --help does nothing else', (script) => {
    const stdout = expect.stringMatching(/^npm run /);
    expect(ran(`${script} --help`)).toEqual({ status: 0, stdout, stderr: '' });
    expect(existsSync('--help')).toBe(false);
  });

  it.each([
    ['test/fuzz/run.mjs --requests abc', '--requests takes a whole number, 1 or more, not "abc"'],
    ['test/fuzz/run.mjs --most 0', '--most takes a whole number, 1 or more, not "0"'],
    ['test/chaos/ledger.mjs --kills 1e3', '--kills takes a whole number, 1 or more, not "1e3"'],
    ['test/flood/run.mjs --only nosuch', '--only takes what one of these has in its name: batches'],
    ['test/flood/run.mjs --seconds abc', '--seconds takes a number above 0, not "abc"'],
    ['test/sim/run.mjs --seeds 0', '--seeds takes a whole number, 1 or more, not "0"'],
    ['test/sim/run.mjs --only nosuch', '--only takes some of server-crash, '],
    ['test/sim/mutants.mjs --only nosuch', '--only takes some of what --list shows, '],
    ['test/sim/mutants.mjs --part 3/2', '--part takes i/n, the i-th of n parts, not "3/2"'],
    ['test/sim/mutants.mjs --part 999/999', 'that part of the list is empty: none was tested'],
    ['test/chaos/run.mjs --slack-ms x', '--slack-ms takes a whole number, 0 or more, not "x"'],
    ['bench/run.mjs nosuch', 'there is no "nosuch"; there are store, '],
  ])('%s tests nothing, and is no success', (line, says) => {
    const { status, stdout, stderr } = ran(line);
    expect({ status, stdout, stderr }).toEqual({
      status: 2,
      stdout: '',
      stderr: expect.stringContaining(says),
    });
    expect(stderr.trim().split('\n')).toHaveLength(1);
  });

  it('on a Node that is too old they run once more, on the one that npm installed', () => {
    const pretended =
      `if (process.env.CONCLAVE_CHILD) console.error('again');` +
      `else Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '20.19.0' } })`;
    expect(
      ran('test/sim/mutants.mjs --list', '--import', `data:text/javascript,${encodeURIComponent(pretended)}`),
    ).toEqual({ status: 0, stdout: expect.stringMatching(/\tlibs\/.*\.js\n/), stderr: 'again\n' });
  });

  it.each([
    [
      'the command line',
      'dist/apps/cli/src/main.js groups',
      /^conclave: Node 20\.19, 22\.12 or newer is needed, this is .+\n$/,
    ],
    [
      'the SDK',
      'dist/libs/runner-sdk/src/index.js',
      /: @conclave\/runner-sdk needs Node 20\.19, 22\.12 or newer; this is /,
    ],
  ])('on a Node that %s cannot run on it says so', (_, line, says) => {
    const pretended = `data:text/javascript,delete process.getBuiltinModule`; // as 18, 21 and 22.0 to 22.2
    const stderr = expect.stringMatching(says);
    expect(ran(line, '--import', pretended)).toEqual({ status: 1, stdout: '', stderr });
  });

  it.each(['SIGTERM', 'SIGINT', 'SIGKILL'] as const)(
    'what ends by %s on that one ends by it here, too',
    async (signal) => {
      const pretended =
        `if (process.env.CONCLAVE_CHILD) { process.kill(process.pid, '${signal}'); setTimeout(() => {}, 10_000); }` +
        `else Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '20.19.0' } })`;
      const flags = ['--import', `data:text/javascript,${encodeURIComponent(pretended)}`];
      const child = spawn(process.execPath, [...flags, 'dist/apps/server/src/main.js'], { stdio: 'ignore' });
      expect(await once(child, 'exit')).toEqual([null, signal]);
    },
  );

  it('as process 1 of a container, which its own signals do not end, it fails where that one was killed', () => {
    const pretended =
      `if (process.env.CONCLAVE_CHILD) process.kill(process.pid, 'SIGKILL');` +
      `else { process.kill = () => true; ` +
      `Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '20.19.0' } }); }`;
    const flags = ['--import', `data:text/javascript,${encodeURIComponent(pretended)}`];
    expect(ran('dist/apps/server/src/main.js', ...flags).status).toBe(1);
  });

  it.each(['SIGTERM', 'SIGINT', 'SIGHUP'] as const)(
    '%s ends what they started, and what is paused',
    async (signal) => {
      const text = `import { spawn } from 'node:child_process'; import { ours } from './scripts/ours.mjs';
      const children = [1, 2].map(() => ours(spawn('sleep', ['60'], { stdio: 'ignore' })));
      children[0].kill('SIGSTOP'); console.log(JSON.stringify(children.map(({ pid }) => pid)));`;
      const script = spawn(process.execPath, ['--input-type=module', '-e', text]);
      const [line] = (await once(createInterface(script.stdout), 'line')) as [string];
      const gone = once(script, 'exit');
      script.kill(signal);
      expect(await gone).toEqual([null, signal]);
      // whoever is dead waits for init to take note of it
      const isAlive = (pid: number) =>
        existsSync(`/proc/${pid}/stat`) && !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
      await until('both are gone', () => !(JSON.parse(line) as number[]).some(isAlive));
    },
  );
});
