import { expect, it } from '@jest/globals';
import { spawnSync } from 'node:child_process';

it.each(['fuzz/run', 'chaos/ledger', 'flood/run'])(
  '%s has a --help, and names an option that it has not',
  (script) => {
    const ran = (option: string) =>
      spawnSync(process.execPath, [`test/${script}.mjs`, option], { encoding: 'utf8', timeout: 30_000 });
    expect(ran('--help')).toMatchObject({
      status: 0,
      stdout: expect.stringContaining('npm run'),
      stderr: '',
    });
    const { status, stderr } = ran('--bogus');
    expect({ status, stderr }).toEqual({
      status: 2,
      stderr: expect.stringMatching(/^\w+: Unknown option '--bogus'\. See --help\.\n$/),
    });
  },
);

it('requests made from openapi.json, valid and spoilt, are answered as that says; refusals record nothing', () => {
  const args = ['test/fuzz/run.mjs', '--requests', '1500', '--seed', '7'];
  const options = { encoding: 'utf8', timeout: 300_000, killSignal: 'SIGKILL' } as const;
  const { status, stdout, stderr } = spawnSync(process.execPath, args, options);
  expect({ status, stdout, stderr }).toEqual({
    status: 0,
    stdout: expect.stringContaining('no defects'),
    stderr: '',
  });
}, 320_000);
