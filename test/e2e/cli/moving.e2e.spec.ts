import { afterAll, describe, expect, it } from '@jest/globals';
import { appendFileSync, existsSync, mkdtempSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PLACE_HOLDER } from '@conclave/election';
import { SqliteEventStore } from '@conclave/event-store-sqlite';
import { Api, Cli, inc, ServerProcess, dropFolder } from '@conclave/processes';
import { startEsdbDouble } from '@conclave/testing';

const directory = mkdtempSync(join(tmpdir(), 'conclave-moving-'));
const file = (name: string) => join(directory, name);
afterAll(() => dropFolder(directory));

const conclave = new Cli().run;

describe('moving a log', () => {
  it('embedded → EventStoreDB → embedded: the same history, the same leader, verified; interrupted exports go on', async () => {
    const source = `sqlite:${file('a.db')}`;
    const server = await ServerProcess.start({ CONCLAVE_STORE: source });
    const api = new Api(server.url);
    for (const id of ['a', 'b'])
      await api.put(`/v1/groups/g/runners/${id}`, { incarnation: inc(id), ready: true });
    await api.post('/v1/groups/g/runners/a/heartbeat', { incarnation: inc('a'), sequence: 1, term: 1 });
    await api.post('/v1/groups/g/runners/a/resign', { incarnation: inc('a'), term: 1 });
    const history = (await api.get('/v1/groups/g/history')).body.events.map(
      ({ position: _, ...event }: any) => event,
    );
    await server.kill('SIGTERM');

    const exported = await conclave('export', file('log.ndjson'), '--store', source);
    expect(exported).toEqual({
      code: 0,
      stdout: expect.stringMatching(
        /^exported 7 events, sha256 of the events \(in whichever file or store\) [0-9a-f]{64}\n$/,
      ),
      stderr: '',
    });
    const whole = readFileSync(file('log.ndjson'), 'utf8');
    truncateSync(file('log.ndjson'), whole.indexOf('\n', whole.indexOf('\n') + 1) + 30); // cut in its third line
    expect(await conclave('import', file('log.ndjson'), '--store', `sqlite:${file('x.db')}`)).toMatchObject({
      code: 3,
      stderr: expect.stringMatching(/has no footer/),
    });
    expect(await conclave('export', file('log.ndjson'), '--store', source)).toEqual(exported);
    expect(readFileSync(file('log.ndjson'), 'utf8')).toBe(whole);

    const double = await startEsdbDouble();
    const imported = await conclave('import', file('log.ndjson'), '--store', double.connectionString);
    expect(imported).toEqual({
      code: 0,
      stdout: exported.stdout.replace('exported', 'imported and read back'),
      stderr: '',
    });
    expect(await conclave('import', file('log.ndjson'), '--store', double.connectionString)).toEqual(
      imported,
    ); // repeated: nothing new
    const back = await conclave('export', file('back.ndjson'), '--store', double.connectionString);
    expect(back).toMatchObject({ code: 0, stdout: exported.stdout });
    await double.stop();
    expect(await conclave('import', file('back.ndjson'), '--store', `sqlite:${file('b.db')}`)).toEqual(
      imported,
    );

    const moved = await ServerProcess.start({ CONCLAVE_STORE: `sqlite:${file('b.db')}` });
    const there = new Api(moved.url);
    expect(
      (await there.get('/v1/groups/g/history')).body.events.map(({ position: _, ...event }: any) => event),
    ).toEqual(history);
    expect((await there.get('/v1/groups/g/leader')).body).toMatchObject({ term: 2, leader: { runner: 'b' } });
    await moved.kill();
  });

  it('a disk without room is named by the file that it was to take', async () => {
    const store = await SqliteEventStore.open(file('full.db'));
    await store.close();
    expect(await conclave('export', '/dev/full', '--store', `sqlite:${file('full.db')}`)).toEqual({
      code: 3,
      stdout: '',
      stderr:
        'conclave: "/dev/full" cannot be written (ENOSPC: no space left on device, write). Mend that, and give the command again.\n',
    });
  });

  it('export leaves a file that it did not begin as it is; goes on after a cut just before a line end; keeps U+2028', async () => {
    const server = await ServerProcess.start({ CONCLAVE_STORE: `sqlite:${file('c.db')}` });
    const api = new Api(server.url);
    await api.put('/v1/groups/g/runners/a', { incarnation: inc('a'), labels: { note: 'one\u2028two' } });
    await api.put('/v1/groups/g/runners/b', { incarnation: inc('b') });
    await server.kill('SIGTERM');
    const source = ['--store', `sqlite:${file('c.db')}`];
    const db = readFileSync(file('c.db'));
    expect(await conclave('export', file('c.db'), ...source)).toMatchObject({
      code: 3,
      stderr: expect.stringContaining('is no export of Conclave. It is left as it is'),
    });
    expect(readFileSync(file('c.db')).equals(db)).toBe(true);
    writeFileSync(file('note'), 'my notes');
    expect(await conclave('export', file('note'), ...source)).toMatchObject({
      code: 3,
      stderr: expect.stringContaining('holds no whole event'),
    });
    expect(await conclave('export', file('c.ndjson'), ...source)).toMatchObject({ code: 0 });
    const whole = readFileSync(file('c.ndjson'), 'utf8');
    truncateSync(file('c.ndjson'), Buffer.byteLength(whole.slice(0, whole.indexOf('\n'))));
    expect(await conclave('export', file('c.ndjson'), ...source)).toMatchObject({
      code: 3,
      stderr: expect.stringContaining('no whole event'),
    });
    // a whole line, and one without its end
    writeFileSync(file('c.ndjson'), whole.split('\n').slice(0, 3).join('\n'));
    expect(await conclave('export', file('c.ndjson'), ...source)).toMatchObject({ code: 0 });
    expect(readFileSync(file('c.ndjson'), 'utf8')).toBe(whole);
    expect(await conclave('import', file('c.ndjson'), '--store', `sqlite:${file('d.db')}`)).toMatchObject({
      code: 0,
    });
    writeFileSync(file('other'), whole.split('\n').slice(0, 2).join('\n') + '\n');
    expect(await conclave('export', file('other'), '--store', `sqlite:${file('b.db')}`)).toMatchObject({
      code: 3,
      stderr: expect.stringContaining('another log'),
    });
    expect(await conclave('export', file('e'), '--store', `sqlite:${file('typo.db')}`)).toMatchObject({
      code: 3,
      stderr: expect.stringContaining('there is no database'),
    });
    expect(existsSync(file('typo.db'))).toBe(false);
  });

  it('refuses files that are not what export wrote, targets that hold something else, stores that cannot be', async () => {
    writeFileSync(file('text'), 'hello\n');
    expect(await conclave('import', file('text'), '--store', 'sqlite::memory:')).toMatchObject({
      code: 3,
      stderr: expect.stringContaining('is no export of Conclave'),
    });
    // one that the same log was put into, and that went on by itself
    const target = `sqlite:${file('on.db')}`;
    expect(await conclave('import', file('log.ndjson'), '--store', target)).toMatchObject({ code: 0 });
    const server = await ServerProcess.start({ CONCLAVE_STORE: target });
    await new Api(server.url).put('/v1/groups/other/runners/z', { incarnation: inc('z') });
    await server.kill('SIGTERM');
    const held = (await conclave('export', file('on.ndjson'), '--store', target)).stdout;
    expect(await conclave('import', file('log.ndjson'), '--store', target)).toMatchObject({
      code: 3,
      stderr: expect.stringContaining('Nothing is written over'),
    });
    expect((await conclave('export', file('on2.ndjson'), '--store', target)).stdout).toBe(held);
    expect(await conclave('import', file('text'), '--store', `sqlite:${file('none.db')}`)).toMatchObject({
      code: 3,
    });
    expect(existsSync(file('none.db'))).toBe(false);
    appendFileSync(file('back.ndjson'), '');
    writeFileSync(
      file('changed'),
      readFileSync(file('back.ndjson'), 'utf8').replace('"ready":true', '"ready":false'),
    );
    expect(await conclave('import', file('changed'), '--store', 'sqlite::memory:')).toMatchObject({
      code: 3,
      stderr: expect.stringContaining('was changed after it was written'),
    });
    expect(await conclave('export', file('back.ndjson'), '--store', `sqlite:${file('b.db')}`)).toMatchObject({
      code: 3,
      stderr: expect.stringContaining('or was changed, in line 2'),
    });
    expect(await conclave('import', file('nope'), '--store', 'sqlite::memory:')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('nope'),
    });
    expect(await conclave('export')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("missing required argument 'file-or-group'"),
    });
    expect(await conclave('export', file('z'), '--store', 'esdb://127.0.0.1:1?tls=false')).toMatchObject({
      code: 4,
      stderr: expect.stringContaining('UNAVAILABLE'),
    });
  });

  it('a group with a large state, in texts of many bytes: sealed, backed up, restored, moved to EventStoreDB', async () => {
    const server = await ServerProcess.start({ CONCLAVE_STORE: `sqlite:${file('large.db')}` });
    const api = new Api(server.url);
    const here = new Cli({ CONCLAVE_URL: server.url }).run;
    const labels = (text: string, count: number) =>
      Object.fromEntries(Array.from({ length: count }, (_, n) => [`label${n}`, text.repeat(250)]));
    const register = async (group: string, id: string, given: object) =>
      api.put(`/v1/groups/${group}/runners/${id}`, { incarnation: inc(id), labels: given });
    for (let n = 0; n < 450; n++) await register('large', `r${n}`, labels('x', 32));
    for (let n = 0; n < 60; n++) await register('wide', `r${n}`, labels('\u65e5', 12));
    const backup = async (name: string): Promise<string> => {
      expect(await here('backup', file(name))).toMatchObject({ code: 0, stderr: '' });
      return file(name);
    };
    const restores = async (copy: string, store: string) =>
      expect(await here('restore', copy, '--store', store)).toMatchObject({ code: 0, stderr: '' });
    const double = await startEsdbDouble();
    await restores(await backup('whole'), double.connectionString);
    await double.stop();
    const archived = await here('archive', 'large', '--before', '1ms', '--reason', 'x', '--out', file('out'));
    expect(archived).toMatchObject({
      code: 0,
      stderr: expect.stringContaining('was not there, and was made.'),
    });
    const sealed = await backup('sealed'); // the seal alone has over 4 MB; EventStoreDB takes 1 of one
    const first = readFileSync(sealed, 'utf8').match(/"stream":"group-large","type":"\w+","version":(\d+)/)!;
    const killed = await SqliteEventStore.open(file('r.db')); // a restore that was, before its first event
    await killed.begin('group-large', Number(first[1]) - 1, PLACE_HOLDER);
    await killed.close();
    await restores(sealed, `sqlite:${file('r.db')}`);
    await server.kill();
  });
});
