import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { partOf, type StoredEvent } from '@conclave/event-store';
import { SqliteEventStore } from '@conclave/event-store-sqlite';
import { Api, Cli, inc, ServerProcess, until, dropFolder } from '@conclave/processes';

describe('backup and restore', () => {
  const directory = mkdtempSync(join(tmpdir(), 'conclave-backup-'));
  const at = (name: string): string => join(directory, name);
  const backup = at('nightly.ndjson');
  let server: ServerProcess;
  let api: Api;
  let cli: Cli;
  const beat = async (term?: number) =>
    api.post('/v1/groups/deploy/runners/a/heartbeat', {
      incarnation: inc('a'),
      sequence: Date.now(),
      ...(term && { term }),
    });

  beforeAll(async () => {
    server = await ServerProcess.start({ CONCLAVE_STORE: `sqlite:${at('live.db')}` });
    api = new Api(server.url);
    cli = new Cli({ CONCLAVE_URL: server.url });
    await api.put('/v1/groups/deploy', { leaseMs: 60_000 });
    await api.put('/v1/groups/deploy/runners/a', { incarnation: inc('a') });
    await until('a leads', async () => (await beat()).body.role === 'leader');
  });
  afterAll(async () => {
    await server.kill();
    dropFolder(directory);
  });

  it('is made while the server serves and others write; it is whole, verified, with checkpoint and keys', async () => {
    let isWriting = true;
    const writer = (async () => {
      for (let n = 0; isWriting; n++)
        await api.put(`/v1/groups/deploy/runners/a/taints/k${n % 5}`, {
          effect: 'PreferNoLead',
          reason: `${n}`,
        });
    })();
    const made = await cli.run('backup', backup);
    isWriting = false;
    await writer;
    expect({ ...made, stdout: '' }).toEqual({ code: 0, stdout: '', stderr: '' });
    expect(made.stdout).toMatch(
      /\d+ events, every decision verified, sha256 of the events \(in whichever file or store\) [0-9a-f]{64}/,
    );
    expect(
      readdirSync(directory)
        .filter((name) => name.startsWith('nightly'))
        .sort(),
    ).toEqual(['nightly.ndjson', 'nightly.ndjson.checkpoint.txt', 'nightly.ndjson.keys.json']);
    const against = ['--against', `${backup}.checkpoint.txt`, '--keys', `${backup}.keys.json`];
    const proved = await cli.run('verify', '--file', backup, ...against);
    expect(proved).toMatchObject({ code: 0, stdout: expect.stringMatching(/^ok/) });
    expect((await beat(1)).body.role).toBe('leader'); // nobody lost anything meanwhile
  });

  it('names a file that cannot be made as a mistake in the command line', async () => {
    const there = new Cli({ CONCLAVE_URL: server.url }, directory);
    for (const [name, said] of [
      ['nosuchdir/b', 'there is no folder "nosuchdir" for "nosuchdir/b".'],
      ['-', 'name a file, not "-"'],
      ['', 'the name of the file is empty: is a variable not set?'],
    ] as const)
      for (const command of [
        ['backup', name],
        ['export', name, '--store', 'sqlite:none.db'],
        ['export', 'deploy', '--window', '..', '--out', name],
        ['report', 'deploy', '--out', name],
        ['prove', 'deploy', '--version', '1', '--out', name],
      ])
        expect({ command, ...(await there.run(...command)) }).toMatchObject({
          command,
          code: 2,
          stderr: expect.stringContaining(said),
        });
  });

  it('writes over nothing, and leaves nothing behind when it is refused', async () => {
    const before = readFileSync(backup);
    expect(await cli.run('backup', backup)).toMatchObject({
      code: 3,
      stderr: expect.stringContaining('exists'),
    });
    expect(readFileSync(backup).equals(before)).toBe(true);
    writeFileSync(at('alone.ndjson'), ''); // without what a backup has beside it
    expect(await cli.run('backup', at('alone.ndjson'))).toMatchObject({
      code: 3,
      stderr: expect.stringContaining('exists. It is left as it is; name another file.'),
    });
    const nobody = new Cli({ CONCLAVE_URL: 'http://127.0.0.1:9' });
    expect(await nobody.run('backup', at('none.ndjson'))).toMatchObject({ code: 4 });
    expect(readdirSync(directory).filter((name) => name.startsWith('none'))).toEqual([]);
  });

  it('is restored into an empty store only, read back and compared; leases are explained', async () => {
    mkdirSync(at('apart'));
    const store = `sqlite:${at('apart/restored.db')}`;
    const told = await cli.run('restore', backup, '--store', store);
    expect({ code: told.code, stderr: told.stderr }).toEqual({ code: 0, stderr: '' });
    expect(told.stdout).toMatch(/^restored \d+ events .* read back and compared/);
    expect(told.stdout).toContain('conclave log accept');
    const again = await cli.run('restore', backup, '--store', store);
    expect(again).toMatchObject({ code: 0, stdout: told.stdout });
    const other = await ServerProcess.start({ CONCLAVE_STORE: store });
    const led = (await new Api(other.url).get('/v1/groups/deploy/leader')).body;
    await new Api(other.url).put('/v1/groups/new', {});
    await other.kill();
    expect(led).toMatchObject({ state: 'led', term: 1, leader: { runner: 'a' } });
    expect(await cli.run('restore', backup, '--store', store)).toMatchObject({
      code: 3,
      stderr: expect.stringContaining('Nothing is written over'),
    });
  });

  it('beside the files of the log that it is of it is known again, whatever its name: nothing that is lost is given twice', async () => {
    // G1
    await api.put('/v1/groups/deploy/runners/a/taints/later', { effect: 'PreferNoLead' });
    const store = `sqlite:${at('restored.db')}`;
    expect(await cli.run('restore', backup, '--store', store)).toMatchObject({ code: 0 });
    await until('what the log has become is kept', async () => {
      const { body } = await api.get('/v1/groups/deploy');
      return readFileSync(at('live.db.known'), 'utf8').includes(`"version":${body.version}`);
    });
    const other = await ServerProcess.start({ CONCLAVE_STORE: store });
    const answer = await new Api(other.url).get('/v1/groups/deploy/leader');
    const said = other.stderr;
    await other.kill();
    expect(answer).toMatchObject({ status: 503, body: { code: 'log-replaced' } });
    expect(said).toContain(at('live.db.known'));
  });

  it('a damaged copy is refused before anything is written', async () => {
    const damaged = at('damaged.ndjson');
    writeFileSync(damaged, readFileSync(backup, 'utf8').replace('"PreferNoLead"', '"NoLead"'));
    const told = await cli.run('restore', damaged, '--store', `sqlite:${at('new.db')}`);
    expect(told).toMatchObject({ code: 3, stderr: expect.stringContaining('the copy cannot be used') });
    for (const command of ['restore', 'import'])
      expect(await cli.run(command, at('none.ndjson'), '--store', `sqlite:${at('new.db')}`)).toMatchObject({
        code: 2,
        stderr: expect.stringContaining('there is no file'),
      });
    expect(existsSync(at('new.db'))).toBe(false);
  });

  it('a long run of one group is restored as it was appended', async () => {
    const to = '/v1/groups/long/runners/a';
    await api.put(to, { incarnation: inc('l'), ready: true });
    const version = async (): Promise<number> => (await api.get('/v1/groups/long')).body.version;
    for (let n = await version(); n < 99; n++)
      await api.put(`${to}/taints/k`, { effect: 'PreferNoLead', reason: `${n}` });
    await api.delete(to); // the 99th event of a run stands before an append of several
    expect(await version()).toBeGreaterThan(100);
    expect(await cli.run('backup', at('long.ndjson'))).toMatchObject({ code: 0 });
    const told = await cli.run('restore', at('long.ndjson'), '--store', `sqlite:${at('long.db')}`);
    expect(told).toMatchObject({ code: 0, stderr: '' });
  });

  it('goes on where one that was killed ended, and not in a store that holds anything else', async () => {
    const lines = readFileSync(backup, 'utf8').trimEnd().split('\n').slice(1, -1);
    const begun = lines.slice(0, Math.ceil(lines.length / 2)).map((line) => JSON.parse(line) as StoredEvent);
    while (partOf(begun.at(-1)!).index + 1 < partOf(begun.at(-1)!).of) begun.pop();
    const fill = async (name: string, events: StoredEvent[]) => {
      const store = await SqliteEventStore.open(at(name));
      let append: StoredEvent[] = [];
      for (const event of events) {
        append.push(event);
        if (append.length < partOf(event).of) continue;
        await store.append(event.stream, append[0]!.version - 1, append);
        append = [];
      }
      await store.close();
    };
    await fill('half.db', begun);
    const restored = await cli.run('restore', backup, '--store', `sqlite:${at('half.db')}`);
    expect(restored).toMatchObject({
      code: 0,
      stdout: expect.stringContaining(`restored ${lines.length} events`),
    });
    await fill('other.db', [...begun.slice(0, -1), { ...begun.at(-1)!, id: inc('other') }]);
    expect(await cli.run('restore', backup, '--store', `sqlite:${at('other.db')}`)).toMatchObject({
      code: 3,
      stderr: expect.stringContaining(`holds ${begun.length} events. Nothing is written over`),
    });
  });

  it('a backup that was killed is repeated; a checkpoint of another one is not taken for its own', async () => {
    const file = at('killed.ndjson');
    for (const left of ['', '.checkpoint.txt', '.keys.json']) {
      const killed = `${file}${left}.${randomUUID()}.part`;
      writeFileSync(killed, 'half of i');
      utimesSync(killed, 0, 0);
    }
    expect(await cli.run('backup', file)).toMatchObject({ code: 0 });
    const names = readdirSync(directory).filter((name) => name.startsWith('killed'));
    expect(names.sort()).toEqual(['', '.checkpoint.txt', '.keys.json'].map((end) => `killed.ndjson${end}`));
    rmSync(file);
    expect(await cli.run('backup', file)).toMatchObject({
      code: 3,
      stderr: expect.stringMatching(
        /json" exists, and ".*killed.ndjson" does not: move it away if it is of another/,
      ),
    });
  });

  it('a folder that cannot be written is told in a line', async () => {
    expect(await cli.run('backup', at('nightly.ndjson/x'))).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/^conclave: there is no folder ".*nightly.ndjson" for .*\n$/),
    });
    const archive = ['archive', 'deploy', '--before', '1ms', '--reason', 'x', '--out', at('nightly.ndjson')];
    expect(await cli.run(...archive)).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/^conclave: ".*" is no folder; --out names .*\n$/),
    });
  });
});
