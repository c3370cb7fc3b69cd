import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { existsSync, rmSync, statSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { join } from 'node:path';
import { Api, Cli, inc, ServerProcess } from '@conclave/processes';
import { bearer, Tokens } from '../credentials/tokens.fixture.js';

// A group whose events nobody can read stands in no checkpoint; who may not see it is not told its name.

const tokens = new Tokens();
const file = join(tokens.folder, 'log.db');
const settings = {
  CONCLAVE_TOKENS: tokens.file,
  CONCLAVE_STORE: `sqlite:${file}`,
  CONCLAVE_LOG_LEVEL: 'fatal',
};
let server: ServerProcess;
let admin: string;
const auditors = new Map<string, string>();
beforeAll(async () => {
  for (const groups of ['night', '*'])
    auditors.set(groups, await tokens.make(`of-${groups.length}`, 'auditor', [groups]));
  admin = await tokens.make('admin', 'admin');
  const agent = await tokens.make('agent', 'runner');
  server = await ServerProcess.start(settings);
  for (const group of ['payroll', 'night'])
    await new Api(server.url).put(
      `/v1/groups/${group}/runners/a`,
      { incarnation: inc('a'), ready: true },
      bearer(agent),
    );
  await server.kill('SIGTERM');
  const database = new DatabaseSync(file);
  database.exec(`UPDATE events SET type = 'OrderPlaced' WHERE stream = 'group-payroll' AND version = 2`);
  database.close();
  rmSync(`${file}.snapshot`, { force: true });
  server = await ServerProcess.start(settings);
});
afterAll(async () => {
  await server.kill();
  tokens.remove();
});

it.each([
  ['night', /^a group that you may not see cannot be read/],
  ['*', /^group "payroll" cannot be read: .*OrderPlaced/],
])('an auditor of %s is refused a checkpoint and a proof: %s', async (groups, why) => {
  const auditor = bearer(auditors.get(groups)!);
  for (const path of ['/v1/head', '/v1/groups/night/proof?version=1']) {
    const { status, body } = await new Api(server.url).get(path, auditor);
    expect([path, status, body.code]).toEqual([path, 503, 'group-unreadable']);
    expect(body.detail).toMatch(why);
  }
});

it('it is counted as a group of which something is wrong', async () => {
  const cli = new Cli({ CONCLAVE_URL: server.url, CONCLAVE_TOKEN: auditors.get('*')! });
  const { code, stdout } = await cli.run('verify', '--all');
  expect([code, stdout]).toEqual([
    1,
    expect.stringMatching(/^payroll\t0\treadable[^]*events of 2 groups, 1 violations\n$/m),
  ]);
});

it('what there is can be copied as it is, without a checkpoint, and is readable to whoever copied it only', async () => {
  const copy = join(tokens.folder, 'copy.ndjson');
  const cli = new Cli({ CONCLAVE_URL: server.url, CONCLAVE_TOKEN: admin });
  expect(await cli.run('backup', copy)).toEqual({
    code: 3,
    stdout: '',
    stderr: expect.stringMatching(
      /^conclave: there is no checkpoint of this log: group "payroll" cannot be read: .* Copy it as it is with --no-verify.\n$/s,
    ),
  });
  expect(existsSync(copy)).toBe(false);
  const made = await cli.run('backup', copy, '--no-verify');
  expect(made).toEqual({
    code: 0,
    stdout: expect.stringContaining(`beside it ${copy}.keys.json: keep`),
    stderr: expect.stringContaining('warning: there is no checkpoint of this log: group "payroll"'),
  });
  expect(existsSync(`${copy}.checkpoint.txt`)).toBe(false);
  expect(statSync(copy).mode & 0o777).toBe(0o600);
  expect(await cli.run('verify', 'night', '--file', copy)).toMatchObject({ code: 0 });
});
