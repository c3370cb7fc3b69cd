import { expect, it } from '@jest/globals';
import { spawnSync } from 'node:child_process';

it('npm run sbom: every licence of what a production install brings along was looked at', () => {
  const { status, stderr, stdout } = spawnSync(process.execPath, ['scripts/sbom.mjs'], { encoding: 'utf8' });
  expect({ status, stderr, stdout }).toEqual({
    status: 0,
    stderr: '',
    stdout: expect.stringMatching(/^MIT +\d+ {2}/m),
  });
});
