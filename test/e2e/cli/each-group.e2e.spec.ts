import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Api, Cli, ServerProcess, dropFolder } from '@conclave/processes';

// What is done to all groups is done to all that it can be done to, and says for which it was not.

const root = mkdtempSync(join(tmpdir(), 'conclave-each-'));
afterAll(() => dropFolder(root));

describe.each([
  ['forget', (_before: string) => ['forget', 'ana']],
  ['archive --all', (before: string) => ['archive', '--all', '--before', before]],
])('%s', (name, command) => {
  let before: string;
  const directory = join(root, name.slice(0, 3));
  const out = join(directory, 'out');
  const environment = { CONCLAVE_STORE: `sqlite:${join(directory, 'c.db')}` };
  let server: ServerProcess;
  const run = async (...more: string[]) =>
    new Cli({ CONCLAVE_URL: server.url, CONCLAVE_ACTOR: 'ben' }).run(
      ...[...command(before), '--out', out, '--reason', 'a year is over', ...more],
    );

  beforeAll(async () => {
    mkdirSync(out, { recursive: true });
    server = await ServerProcess.start(environment, directory);
    for (const group of ['a', 'b', 'broken', 'c'])
      await new Api(server.url).put(`/v1/groups/${group}`, {}, { 'x-conclave-actor': 'ana' });
    await server.kill('SIGTERM');
    const db = new DatabaseSync(join(directory, 'c.db'));
    db.exec(
      `INSERT INTO events (stream, version, id, type, data, meta) SELECT stream, 2, id, 'RunnerPromoted', data, meta FROM events WHERE stream = 'group-broken'`,
    );
    db.close();
    server = await ServerProcess.start(environment, directory);
    before = new Date().toISOString();
    mkdirSync(join(out, 'b-1.archive.ndjson')); // what the system says of it ends nothing, either
  });
  afterAll(async () => server.kill());

  it('goes on behind a group that fails, and names all of which it was not done', async () => {
    const { code, stdout, stderr } = await run();
    expect(stderr).toMatch(/^b: EISDIR/m);
    expect(stderr).toMatch(/^broken: event 2 of stream "group-broken"/m);
    expect(stderr).toMatch(/^conclave: it was not done for broken, b\. Mend that/m);
    expect(stdout).toMatch(/^a: .*\nc: .*\n$/);
    expect(code).toBe(1);
  });

  it('tells programs the same; a repetition does what is left', async () => {
    const again = await run('--json');
    expect([again.code, JSON.parse(again.stdout)]).toEqual([1, []]); // the others are done
    expect(JSON.parse(again.stderr)).toMatchObject({
      code: 'failed',
      failed: { b: expect.any(String), broken: expect.stringContaining('event 2') },
    });
    rmSync(join(out, 'b-1.archive.ndjson'), { recursive: true });
    const { code, stdout } = await run();
    expect([code, stdout]).toEqual([1, expect.stringMatching(/^b: /)]);
  });

  it('a server that is not there is told once, and nothing was done', async () => {
    const nowhere = new Cli({ CONCLAVE_URL: 'http://127.0.0.1:9' });
    const { code, stderr } = await nowhere.run(...command(before), '--out', out, '--reason', 'x');
    expect([code, stderr.match(/does not answer/g)]).toEqual([4, ['does not answer']]);
  });
});
