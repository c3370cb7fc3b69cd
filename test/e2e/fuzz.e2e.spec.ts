import { expect, it } from '@jest/globals';
import { spawnSync } from 'node:child_process';

it('requests made from openapi.json, valid and spoilt, are answered as that says; refusals record nothing', () => {
  const args = ['test/fuzz/run.mjs', '--requests', '1000', '--seed', '7'];
  const options = { encoding: 'utf8', timeout: 300_000, killSignal: 'SIGKILL' } as const;
  const { status, stdout, stderr } = spawnSync(process.execPath, args, options);
  expect({ status, stdout, stderr }).toEqual({
    status: 0,
    stdout: expect.stringContaining('no defects'),
    stderr: '',
  });
}, 320_000);
