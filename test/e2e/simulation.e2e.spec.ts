import { expect, it } from '@jest/globals';
import { spawnSync } from 'node:child_process';

const run = (...args: string[]) => {
  const options = { encoding: 'utf8', timeout: 600_000, killSignal: 'SIGKILL' } as const;
  const { status, stdout, stderr } = spawnSync(process.execPath, ['test/sim/run.mjs', ...args], options);
  return { status, stdout, stderr };
};

it.each([
  [
    '40 simulated worlds of servers and runners under faults',
    ['--seeds', '40', '--short', '--seconds', '10'],
  ],
  ['hours in a world of hundreds of groups', ['--seeds', '1', '--long', '--seconds', '6']],
])(
  '%s hold every guarantee',
  (_, args) => {
    const { status, stdout, stderr } = run(...args);
    expect({ status, stdout, stderr }).toEqual({
      status: 0,
      stdout: expect.stringContaining('no violation'),
      stderr: '',
    });
  },
  620_000,
);

it('the lines that mutants change are there', () => {
  const { stdout } = spawnSync(process.execPath, ['test/sim/mutants.mjs', '--check'], { encoding: 'utf8' });
  expect(stdout).toMatch(/the lines of all \d+ are there/);
});

it('the same seed is the same world, step by step', () => {
  const [one, two] = [1, 2].map(
    () => /trace (\w+)/.exec(run('--seed', '23', '--seconds', '20', '--trace').stdout)?.[1],
  );
  expect(one).toBeDefined();
  expect(two).toBe(one);
}, 120_000);

it('a network that takes half a second for every answer elects once, however short the heartbeat', () => {
  const slow = ['--lease', '5000', '--heartbeat', '50', '--delay', '250', '--only', ''];
  const { stdout } = run('--seeds', '6', '--seconds', '20', ...slow);
  const [, groups, elections] = /(\d+) groups, .* (\d+) elections/.exec(stdout) ?? [];
  expect({ stdout, elections }).toEqual({
    stdout: expect.stringContaining('no violation'),
    elections: groups,
  });
}, 120_000);
