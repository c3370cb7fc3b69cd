import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Api, Cli, inc, ServerProcess, dropFolder } from '@conclave/processes';

// Somebody who can write the database changes the text of an event, and what a parser makes of it stays the same.

const directory = mkdtempSync(join(tmpdir(), 'conclave-tampered-'));
const file = (name: string) => join(directory, name);
const environment = { CONCLAVE_STORE: `sqlite:${file('conclave.db')}` };
let server: ServerProcess;
let api: Api;
let cli: Cli;

async function start(): Promise<void> {
  server = await ServerProcess.start(environment);
  api = new Api(server.url);
  cli = new Cli({ CONCLAVE_URL: server.url, CONCLAVE_ACTOR: 'ana' });
}
/** Of the second event of a group, while no server runs. */
async function tamper(group: string, edit: (data: string) => string): Promise<void> {
  await server.kill('SIGTERM');
  const database = new DatabaseSync(file('conclave.db'));
  const where = 'WHERE stream = ? AND version = 2';
  const { data } = database.prepare(`SELECT data FROM events ${where}`).get(`group-${group}`) as {
    data: string;
  };
  database.prepare(`UPDATE events SET data = ? ${where}`).run(edit(data), `group-${group}`);
  database.close();
  rmSync(file('conclave.db.snapshot'), { force: true });
  await start();
}

beforeAll(async () => {
  await start();
  for (const group of ['deploy', 'build'])
    await api.put(`/v1/groups/${group}/runners/a`, { incarnation: inc('a'), ready: true });
});
afterAll(async () => {
  await server.kill();
  dropFolder(directory);
});

describe('a database whose text was changed', () => {
  it('there is no proof of an event that there is not', async () => {
    expect((await api.get('/v1/groups/deploy/proof?version=99')).body).toMatchObject({
      status: 404,
      code: 'nothing-recorded',
      detail: 'group "deploy" has no event 99; its last is 3.',
    });
  });

  it('a key that stands there twice is named live, and nothing is signed', async () => {
    await tamper('deploy', (data) => data.replace('{', '{"runner":"z",'));
    expect((await api.get('/v1/groups/deploy/verify')).body).toMatchObject({
      ok: false,
      violations: [{ rule: 'form', version: 2 }],
    });
    const out = file('deploy.evidence.ndjson');
    expect(await cli.run('export', 'deploy', '--window', '..', '--out', out)).toMatchObject({
      code: 4,
      stdout: '',
      stderr: expect.stringMatching(
        /^conclave: group-unreadable: event 2 of group "deploy" was changed in the store .* a key stands there twice/,
      ),
    });
    for (const path of ['evidence', 'proof?version=2'])
      expect((await api.get(`/v1/groups/deploy/${path}`)).body).toMatchObject({ code: 'group-unreadable' });
    expect([existsSync(out), existsSync(`${out}.part`)]).toEqual([false, false]);
  });

  it('an unknown field stops its group, and no checkpoint vouches for the log', async () => {
    await tamper('build', (data) => data.replace('{', '{"color":"red",'));
    for (const path of ['/v1/groups/build/leader', '/v1/head', '/v1/groups/deploy/proof?version=1'])
      expect((await api.get(path)).body).toMatchObject({
        code: 'group-unreadable',
        detail: expect.stringContaining('data has the unknown field "color"'),
      });
    expect(await cli.run('head')).toMatchObject({
      stdout: '',
      stderr: expect.stringContaining('group-unreadable'),
    });
    const said = expect.stringMatching(/nothing can be said of group "build": .*unknown field "color"/);
    for (const list of [['groups'], ['groups', '--at', '0s'], ['tenures']])
      expect(await cli.run(...list)).toMatchObject({ code: 0, stderr: said });
    const { body } = await fetch(`${api.url}/v1/watch`);
    const chunks: string[] = [];
    for await (const chunk of body!.pipeThrough(new TextDecoderStream())) {
      chunks.push(chunk);
      if (chunks.join('').includes('event: synced')) break;
    }
    expect(chunks.join('')).toMatch(/event: unreadable\ndata: \{"group":"build","detail":".*color/);
    expect(await cli.run('watch', 'build')).toMatchObject({
      code: 4,
      stderr: expect.stringContaining('group-unreadable'),
    });
  });

  it('a text that is none of JSON stops its group, and no other', async () => {
    await api.put('/v1/groups/rotten/runners/a', { incarnation: inc('a'), ready: true });
    await tamper('rotten', (data) => data.slice(0, 9));
    expect((await api.get('/v1/groups/rotten/leader')).body).toMatchObject({
      code: 'group-unreadable',
      detail: expect.stringMatching(/event 2 of stream "group-rotten".*data: .*expected object/),
    });
    expect((await api.get('/v1/groups/deploy/leader')).status).toBe(200);
    expect((await api.get('/v1/groups/rotten/verify')).body).toMatchObject({ code: 'group-unreadable' });
    const store = ['--store', environment.CONCLAVE_STORE];
    await server.kill('SIGTERM');
    expect(await cli.run('verify', '--all', ...store)).toMatchObject({
      code: 1,
      stdout: expect.stringMatching(/rotten.*data is not stored in its canonical form/),
    });
    await start();
  });

  it('a null in place of an event stops its group, and no server', async () => {
    await api.put('/v1/groups/void/runners/a', { incarnation: inc('a'), ready: true });
    await server.kill('SIGTERM');
    const database = new DatabaseSync(file('conclave.db'));
    database.exec(`UPDATE events SET meta = 'null' WHERE stream = 'group-void' AND version = 2`);
    const ours = `'{"at":"2026-11-30T12:00:00.000Z","v":3}'`;
    for (const [stream, type] of [
      ['checkpoints', 'CheckpointSigned'],
      ['keys', 'SigningKeyPublished'],
    ])
      database.exec(
        `INSERT INTO events (stream, version, id, type, data, meta)
         SELECT '${stream}', COALESCE(MAX(version), 0) + 1, 'void', '${type}', 'null', ${ours}
         FROM events WHERE stream = '${stream}'`,
      );
    database.close();
    const store = ['--store', environment.CONCLAVE_STORE];
    const { code, stdout } = await cli.run('verify', '--all', ...store);
    expect([code, stdout]).toEqual([1, expect.stringMatching(/void\t2\tform.*canonical form/)]);
    expect(stdout).toMatch(/\n\(log\)\t[^]*\nNOT OK: \d+ events of 4 groups, /);
    await start();
    expect((await api.get('/v1/groups/void/leader')).body).toMatchObject({ code: 'group-unreadable' });
    expect((await api.get('/v1/groups/deploy/leader')).status).toBe(200);
  });
});
