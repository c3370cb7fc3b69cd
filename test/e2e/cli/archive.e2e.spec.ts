import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import {
  cpSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { decodeJwt } from 'jose';
import { CHECKPOINT_SIGNED, CHECKPOINTS_STREAM } from '@conclave/audit';
import { STORED_FORM } from '@conclave/election';
import { Seal } from '@conclave/event-store';
import { SqliteEventStore } from '@conclave/event-store-sqlite';
import { Api, Cli, inc, ServerProcess, until, dropFolder } from '@conclave/processes';
import { collect } from '@conclave/testing';
import { makePairs } from './paired-groups.fixture.js';

// Old history goes into files, and out of the log; what is asked later is answered from both.

const directory = mkdtempSync(join(tmpdir(), 'conclave-archive-'));
const file = (name: string) => join(directory, name);
const database = file('conclave.db');
const environment = { CONCLAVE_STORE: `sqlite:${database}` };
let server: ServerProcess;
let api: Api;
let cli: Cli;
/** Of the log before anything was sealed. */
let whole: Record<string, string>;
let checkpoint: string;
const start = async (): Promise<void> => {
  server = await ServerProcess.start(environment, directory);
  api = new Api(server.url);
  cli = new Cli({ CONCLAVE_URL: server.url, CONCLAVE_ACTOR: 'ana' });
};
const changePriority = async (group: string, priority: number) =>
  api.put(`/v1/groups/${group}/runners/b`, { incarnation: inc('b'), ready: true, priority });
const events = async (group: string): Promise<{ version: number; meta: { at: string } }[]> =>
  (await api.get(`/v1/groups/${group}/history?limit=1000`)).body.events;
const versions = async (group: string): Promise<number[]> => {
  const store = await SqliteEventStore.open(database);
  const found = (await collect(store.read(`group-${group}`))).map(({ version }) => version);
  await store.close();
  return found;
};
const ELECTED = ['--type', 'LeaderElected', '--since', '2020-01-01', '--to', '6', '--limit', '1', '--json'];
/** What auditors are told. */
const told = async (...source: string[]): Promise<Record<string, string>> => ({
  at: (await cli.run('at', 'deploy', '3', '--json', ...source)).stdout,
  first: (await cli.run('explain', 'deploy', '--term', '1', '--json', ...source)).stdout,
  second: (await cli.run('explain', 'deploy', '--term', '2', '--json', ...source)).stdout,
  history: (await cli.run('history', 'deploy', '--to', '6', ...source)).stdout,
  rows: (await cli.run('history', 'deploy', '--to', '6', '--json', ...source)).stdout,
  elected: (await cli.run('history', 'deploy', ...ELECTED, ...source)).stdout,
});

beforeAll(async () => {
  await start();
  await makePairs(api, ['deploy', 'build']);
  await cli.run('taint', 'deploy', 'a', 'disk', '--reason', 'old');
  await cli.run('resign', 'deploy', 'a', '--reason', 'dead');
  checkpoint = (await cli.run('head')).stdout.trim();
  whole = await told();
  expect(whole.at).toContain('"version": 3');
  expect([JSON.parse(whole.rows!), JSON.parse(whole.elected!)]).toMatchObject([
    { length: 6 },
    [{ type: 'LeaderElected' }],
  ]);
  await until('time has passed', async () => {
    const last = (await events('deploy')).at(-1)!.meta.at;
    return new Date().toISOString() > last;
  });
  for (let n = 1; n <= 3; n++) await changePriority('deploy', n);
});
afterAll(async () => {
  await server.kill();
  dropFolder(directory);
});

describe('conclave archive', () => {
  let cut: number;
  let before: string;
  let archive: string;

  it('says what would go', async () => {
    const all = await events('deploy');
    const first = all.at(-3)!;
    [cut, before] = [first.version - 1, first.meta.at];
    const plan = await cli.run('archive', 'deploy', '--before', before, '--dry-run');
    expect(plan).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(`^deploy: ${cut} events up to version ${cut} would go, \\d+ bytes\n$`),
    });
    expect(await cli.run('archive', 'deploy', '--before', before)).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('give --reason'),
    });
    expect(await cli.run('archive', 'deploy', '--before', '2020-01-01', '--dry-run')).toMatchObject({
      code: 3,
      stderr: expect.stringContaining('nothing-recorded'),
    });
    const made = ['--out', file('made/for/it'), '--reason', 'x'];
    const inVain = await cli.run('archive', 'deploy', '--before', '2020-01-01', ...made);
    expect(inVain).toMatchObject({ code: 3, stderr: expect.not.stringContaining('was made') });
    expect(existsSync(file('made'))).toBe(false);
    expect((await events('deploy')).length).toBe(cut + 3);
  });

  it.each(['', 'not an archive\n'])(
    'leaves what has its name as it is, and nothing beside it: %j',
    async (text) => {
      const there = file(`deploy-${cut}.archive.ndjson`);
      writeFileSync(there, text);
      const command = ['archive', 'deploy', '--before', before, '--out', directory, '--reason', 'year'];
      expect(await cli.run(...command)).toMatchObject({
        code: 3,
        stderr: expect.stringMatching(/".*archive\.ndjson" .* It is left as it is; nothing was sealed\.\n$/),
      });
      expect(readFileSync(there, 'utf8')).toBe(text);
      expect(readdirSync(directory).filter((name) => name.includes('.part'))).toEqual([]);
      rmSync(there);
    },
  );

  it.each([
    ['archive', 'deploy', '--before', '2100-01-01'],
    ['archive', '--all', '--before', '2100-01-01'],
    ['delete', 'deploy'],
    ['forget', 'ana'],
  ])('is kept in a folder, or it is said why not, and nothing is asked: %s %s', async (...words) => {
    const plain = file('plain');
    writeFileSync(plain, '');
    const nobody = new Cli({ CONCLAVE_URL: 'http://127.0.0.1:1' });
    for (const [out, code, said] of [
      [plain, 2, `"${plain}" is no folder; --out names the one that files are kept in.`],
      ['/dev/null', 2, '"/dev/null" is no folder; --out names the one that files are kept in.'],
      ['', 2, '--out is empty: is a variable not set?'],
      [join(plain, 'in'), 3, expect.stringContaining(`the folder "${join(plain, 'in')}" cannot be made (E`)],
    ] as const)
      expect(await nobody.run(...words, '--out', out, '--reason', 'x')).toEqual({
        code,
        stdout: '',
        stderr: typeof said === 'string' ? `conclave: ${said}\n` : said,
      });
    rmSync(plain);
  });

  it('is repeated after a kill -9 that left the file and no seal, and after one behind the seal', async () => {
    archive = file(`deploy-${cut}.archive.ndjson`);
    const lines = (await api.get(`/v1/groups/deploy/archive?before=${before}`)).body as string;
    writeFileSync(archive, lines);
    const killed = file(`deploy.archive.${randomUUID()}.part`);
    writeFileSync(killed, lines.slice(0, 100));
    utimesSync(killed, 0, 0);
    await server.kill('SIGKILL');
    expect(await versions('deploy')).toHaveLength(cut + 3);
    await start();
    const sealed = await cli.run(
      'archive',
      'deploy',
      '--before',
      before,
      '--out',
      directory,
      '--reason',
      'year',
    );
    await server.kill('SIGKILL');
    expect(sealed).toMatchObject({
      code: 0,
      stdout: `deploy: ${cut} events up to version ${cut} are sealed, and kept in ${archive}\n`,
    });
    expect(readFileSync(archive, 'utf8')).toBe(lines);
    await start();
    await until('the log has let go of it', async () => {
      const again = await cli.run(
        'archive',
        'deploy',
        '--before',
        before,
        '--out',
        directory,
        '--reason',
        'again',
      );
      expect(again).toMatchObject({ code: 3, stderr: expect.stringContaining('nothing-recorded') });
      return true;
    });
    await until('it is gone', async () => {
      await server.kill('SIGTERM');
      const left = await versions('deploy');
      await start();
      return left[0] === cut + 1;
    });
    expect(await versionsNow()).toEqual([cut + 1, cut + 2, cut + 3, cut + 4]);
    expect(readdirSync(directory).filter((name) => name.includes('.part'))).toEqual([]);
  });
  const versionsNow = async () => (await events('deploy')).map(({ version }) => version);

  it('the group goes on, after a start from the log too, and the rest verifies', async () => {
    const read = async () => {
      const { version, term, leader } = (await api.get('/v1/groups/deploy')).body;
      return { version, term, leader: leader.runner };
    };
    const now = { version: cut + 4, term: 2, leader: 'b' };
    expect(await read()).toEqual(now);
    await server.kill('SIGKILL');
    for (const name of readdirSync(directory)) if (name.includes('snapshot')) rmSync(file(name));
    await start();
    expect(await read()).toEqual(now);
    expect((await api.get('/v1/groups/deploy/verify')).body).toMatchObject({ ok: true, events: 4 });
    expect((await changePriority('deploy', 9)).status).toBe(200);
    expect((await api.get('/v1/groups/deploy/verify')).body).toMatchObject({ ok: true, events: 5 });
  });

  it('a question about what is sealed is answered precisely, the others as before', async () => {
    const start0 = JSON.parse(readFileSync(archive, 'utf8').split('\n')[2]!).meta.at as string;
    const digest = JSON.parse(readFileSync(archive, 'utf8').trimEnd().split('\n').at(-1)!).sha256 as string;
    for (const path of [
      'at?version=3',
      'history?from=2',
      'history?since=2020-01-01T00:00:00Z',
      'history?to=1',
      'history?until=2020-01-01T00:00:00Z',
      'elections/1',
      'tenures?since=2020-01-01T00:00:00Z',
      `tenures?until=${start0}`,
      `report?until=${start0}`,
      'proof?version=2',
    ])
      expect({ path, ...(await api.get(`/v1/groups/deploy/${path}`)) }).toMatchObject({
        path,
        status: 410,
        body: {
          code: 'history-sealed',
          detail: expect.stringMatching(new RegExp(`sealed up to version ${cut} \\(.*${digest}`)),
        },
      });
    const what = await api.post('/v1/groups/deploy/what-if', { settings: { failback: 'always' } });
    expect(what.body.code).toBe('history-sealed');
    expect((await api.get('/v1/groups/deploy/tenures')).body).toMatchObject({
      sealed: { upTo: cut, digest },
      tenures: [{ term: 2, runner: 'b' }],
    });
    expect((await api.get(`/v1/groups/deploy/at?version=${cut}`)).body.version).toBe(cut);
    const then = (await api.get('/v1/at?time=2026-01-01T00:00:00Z')).body;
    expect(then).toMatchObject({ groups: [], sealed: ['deploy'] });
    expect(await cli.run('verify', '--all', '--archive', archive)).toMatchObject({
      code: 2, // it looked at the group of the archive alone, and said ok
      stderr: expect.stringContaining('name it in place of --all'),
    });
    expect((await cli.run('history', 'deploy')).stderr).toMatch(/sealed up to version \d+ .*give --archive/);
    expect((await cli.run('history', 'deploy')).stdout).toContain(`sealed by ana: year`);
  });

  it('an archive of another group says nothing of this one', async () => {
    for (const group of ['build', 'nope'])
      expect(await cli.run('history', group, '--archive', archive)).toMatchObject({
        code: 2,
        stderr: `conclave: "${archive}" is of group "deploy", not of "${group}".\n`,
      });
    expect(await cli.run('verify', 'build', '--archive', archive)).toMatchObject({ code: 2, stdout: '' });
  });

  it('with the archive all is answered on the whole, as before', async () => {
    expect(await told('--archive', archive)).toEqual(whole);
    expect((await cli.run('history', 'deploy', '--archive', archive)).stdout).toContain('group created');
    expect(await cli.run('verify', 'deploy', '--archive', archive)).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(`^ok: ${cut + 5} events of 1 groups, 0 violations`),
    });
  });

  it('evidence says what is sealed before it, and is whole with the archive', async () => {
    const evidence = file('deploy.evidence.ndjson');
    await cli.run('export', 'deploy', '--window', '..', '--out', evidence);
    for (const [archives, count] of [
      [[], 5],
      [['--archive', archive], cut + 5],
    ] as const)
      expect(await cli.run('verify', '--file', evidence, '--no-keys', ...archives)).toMatchObject({
        code: 0,
        stdout: expect.stringMatching(`^ok: ${count} events`),
      });
    expect(await cli.run('at', 'deploy', '3', '--file', evidence)).toMatchObject({
      code: 3,
      stderr: expect.stringContaining('history-sealed'),
    });
    const { at, history, rows, elected } = whole;
    expect(await told('--file', evidence, '--archive', archive)).toMatchObject({
      at,
      history,
      rows,
      elected,
    });
    const sealed = await cli.run('history', 'deploy', '--file', evidence);
    expect(sealed).toMatchObject({ code: 0, stderr: expect.stringMatching(/sealed up to .*give --archive/) });
    for (const [given, code, words] of [
      [['--from', '2'], 3, 'history-sealed'],
      [['--type', 'LeadershipEnd'], 3, 'invalid-request: /type: "LeadershipEnd" is no event type'],
      [['--follow'], 2, '--follow asks a server'],
    ] as const)
      expect(await cli.run('history', 'deploy', '--file', evidence, ...given)).toMatchObject({
        code,
        stderr: expect.stringContaining(words),
      });
    expect((await cli.run('history', 'nope', '--file', evidence)).stderr).toContain('has no group "nope"');
    expect(await cli.run('verify', '--file', archive, '--no-keys')).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(`^ok: ${cut} events`),
    });
  });

  it('evidence of a window behind what is sealed, in which nothing happened, is what was signed', async () => {
    const nothing = file('nothing.ndjson');
    const until = new Date(Date.parse(before) - 1).toISOString();
    await cli.run('export', 'deploy', '--window', `..${until}`, '--out', nothing);
    expect(await cli.run('verify', '--file', nothing, '--no-keys')).toMatchObject({
      code: 0,
      stdout: expect.stringMatching('^ok: 0 events'),
    });
    expect(await cli.run('verify', '--against', nothing)).toMatchObject({
      code: 3,
      stderr: expect.stringContaining('holds no event: there is nothing to compare'),
    });
    expect(await cli.run('verify', '--against', nothing, '--archive', archive)).toMatchObject({ code: 2 });
    rmSync(nothing);
  });

  it('a second archive goes on from the first', async () => {
    await until(
      'time has passed',
      async () => new Date().toISOString() > (await events('deploy')).at(-1)!.meta.at,
    );
    const all = await cli.run(
      'archive',
      '--all',
      '--before',
      new Date().toISOString(),
      '--out',
      directory,
      '--reason',
      'x',
    );
    expect(all.stdout).toContain(`deploy: 5 events up to version ${cut + 5} are sealed`);
    expect(all.stdout).toContain('build:');
    const second = file(`deploy-${cut + 5}.archive.ndjson`);
    expect((await api.get('/v1/groups/deploy/verify')).body).toMatchObject({ ok: true, events: 1 });
    expect(await told('--archive', second, '--archive', archive)).toEqual(whole);
    expect(await cli.run('verify', 'deploy', '--archive', second)).toMatchObject({
      code: 0,
      stdout: expect.stringMatching('^ok: 6 events'),
    });
    expect((await cli.run('verify', 'deploy', '--archive', archive)).stdout).toContain(
      `what the server has of group "deploy", of which the archives are, has no seal up to there: it was sealed again since, up to version ${cut + 5}; give the archives up to there, too`,
    );
  });

  it('leaves out where nothing has happened since but that it was sealed', async () => {
    const [seal] = await events('build');
    const since = await until('time has passed', () => {
      const now = new Date().toISOString();
      return now > seal!.meta.at && now;
    });
    const options = ['--before', since, '--out', directory, '--reason', 'month'];
    expect(await cli.run('archive', '--all', ...options)).toMatchObject({
      code: 0,
      stdout: `no group has history before ${since} that is not sealed already\n`,
    });
  });

  describe('offline', () => {
    let archives: string[];
    let newer: string;
    const store = ['--store', `sqlite:${database}`];
    beforeAll(async () => {
      newer = (await cli.run('head')).stdout.trim();
      await server.kill('SIGTERM');
      archives = readdirSync(directory)
        .filter((name) => name.endsWith('.archive.ndjson'))
        .flatMap((name) => ['--archive', file(name)]);
    });

    it('verifies the rest, and the whole with all archives; an old checkpoint needs them', async () => {
      expect(await cli.run('verify', ...store)).toMatchObject({
        code: 0,
        stdout: expect.stringMatching(/^ok: 2 events/),
      });
      expect(await cli.run('verify', ...store, ...archives)).toMatchObject({
        code: 0,
        stdout: expect.stringMatching(`^ok: ${cut + 6 + (await versions('build')).at(-1)!} events of 2`),
      });
      expect(await told(...store, ...archives)).toEqual(whole);
      const old = ['verify', '--against', checkpoint, ...store];
      expect(await cli.run(...old, ...archives)).toMatchObject({
        code: 0,
        stdout: expect.stringMatching(/^ok: the log goes on/),
      });
      expect(await cli.run(...old)).toMatchObject({
        code: 1,
        stdout: expect.stringMatching(/older than what is sealed .*--archive/),
      });
    });

    it('one group of several that are sealed verifies where a checkpoint of all stands in the log', async () => {
      const copy = file('signed.db');
      cpSync(database, copy);
      const { events: count, groups, root } = decodeJwt(newer);
      const data = { checkpoint: newer, events: count, groups, root } as Record<string, unknown>;
      const meta = { v: STORED_FORM, at: new Date().toISOString() };
      const writer = await SqliteEventStore.open(copy);
      const before = await collect(writer.read(CHECKPOINTS_STREAM));
      const id = randomUUID();
      await writer.append(CHECKPOINTS_STREAM, before.at(-1)?.version ?? 0, [
        { id, type: CHECKPOINT_SIGNED, data, meta },
      ]);
      await writer.close();
      for (const named of [[], ['deploy'], ['build']])
        for (const given of [[], archives])
          expect(await cli.run('verify', ...named, '--store', `sqlite:${copy}`, ...given)).toMatchObject({
            code: 0,
            stdout: expect.stringMatching(/^ok: .* 0 violations/),
          });
    });

    it('an export can be imported, verified, served, and exported to the same', async () => {
      const [out, again] = [file('log.ndjson'), file('again.ndjson')];
      const copy = ['--store', `sqlite:${file('copy.db')}`];
      await cli.run('export', out, ...store);
      for (let n = 0; n < 2; n++) expect(await cli.run('import', out, ...copy)).toMatchObject({ code: 0 });
      for (const source of [['--file', out], copy]) {
        expect(await cli.run('verify', ...source)).toMatchObject({ code: 0 });
        expect(await cli.run('verify', ...source, ...archives)).toMatchObject({ code: 0 });
        // in a copy all stands at other positions than in the archives
        const against = await cli.run('verify', '--against', newer, ...source, ...archives);
        expect(against).toMatchObject({ code: 0, stdout: expect.stringMatching(/^ok: the log goes on/) });
      }
      expect(await cli.run('verify', '--against', checkpoint, ...copy, ...archives)).toMatchObject({
        code: 1,
        stdout: expect.stringMatching(/moved or restored since it was sealed/),
      });
      await cli.run('export', again, ...copy);
      const copied = await ServerProcess.start({ CONCLAVE_STORE: `sqlite:${file('copy.db')}` });
      const { body } = await new Api(copied.url).get('/v1/groups/deploy');
      await copied.kill();
      expect(body).toMatchObject({ version: cut + 6, term: 2, leader: { runner: 'b' } });
      const withoutPlaces = (name: string) =>
        readFileSync(name, 'utf8')
          .replaceAll(/"position":"\d+"/g, '')
          .replace(/\{"events.*\n$/, '');
      expect(withoutPlaces(again)).toBe(withoutPlaces(out));
    });

    /** The archive, with its footer made to fit. */
    const changed = (name: string, change: (text: string) => string, isFitted = true): string => {
      const lines = readFileSync(archives[archives.length - 1]!, 'utf8')
        .trimEnd()
        .split('\n');
      const footer = JSON.parse(lines.pop()!) as object;
      const seal = new Seal();
      for (const line of change(lines.join('\n')).split('\n')) seal.add(line);
      const fitted = isFitted ? { ...footer, sha256: seal.sha256 } : footer;
      writeFileSync(file(name), `${change(lines.join('\n'))}\n${JSON.stringify(fitted)}\n`);
      return file(name);
    };

    it.each<[string, () => string, RegExp]>([
      [
        'changed',
        () => changed('a', (text) => text.replace('"runner":"b"', '"runner":"z"')),
        /not the archive that was signed/,
      ],
      ['damaged', () => changed('b', (text) => text.slice(0, -40), false), /NOT OK|not JSON/],
      [
        'without its footer',
        () => {
          writeFileSync(
            file('c'),
            readFileSync(archives.at(-1)!, 'utf8').trimEnd().split('\n').slice(0, -1).join('\n'),
          );
          return file('c');
        },
        /NOT OK|cut off/,
      ],
      ['no archive', () => file('log.ndjson'), /is no archive/],
    ])('an archive that is %s is refused in words', async (_, path, words) => {
      const given = ['--archive', path()];
      const { code, stdout, stderr } = await cli.run('verify', ...store, ...given);
      expect({ code: code === 0, said: stdout + stderr }).toMatchObject({
        code: false,
        said: expect.stringMatching(words),
      });
      expect((await cli.run('at', 'deploy', '3', ...store, ...given)).code).toBe(3);
    });

    it('one that is not there is a mistake in the command line', async () => {
      const none = ['--archive', file('none.ndjson')];
      for (const command of [
        ['verify', ...store],
        ['history', 'deploy'],
        ['forget', 'ana'],
      ])
        expect(await cli.run(...command, ...none)).toMatchObject({
          code: 2,
          stderr: expect.stringMatching(/^conclave: there is no file ".*none\.ndjson"\.\n$/),
        });
    });

    it("another log's archive is refused", async () => {
      cpSync(database, file('other.db'));
      const other = await ServerProcess.start({ CONCLAVE_STORE: `sqlite:${file('foreign.db')}` });
      const foreign = new Api(other.url);
      await foreign.put('/v1/groups/deploy/runners/a', { incarnation: inc('a'), ready: true });
      await until('time has passed', async () => {
        const { body } = await foreign.get(`/v1/groups/deploy/archive?before=${new Date().toISOString()}`);
        writeFileSync(file('foreign.ndjson'), body as string);
        return typeof body === 'string';
      });
      await other.kill();
      expect(await cli.run('verify', ...store, '--archive', file('foreign.ndjson'))).toMatchObject({
        code: 1,
        stdout: expect.stringMatching(/NOT OK: .*has no seal up to there/),
      });
    });
  });
});

it('of two archives that were made in a row the first alone is not taken for one of a log with holes', async () => {
  await server.kill();
  server = await ServerProcess.start({ CONCLAVE_STORE: 'sqlite::memory:' });
  api = new Api(server.url);
  cli = new Cli({ CONCLAVE_URL: server.url });
  const made: string[] = [];
  for (let n = 1; n <= 3; n++) {
    await until('time has passed', () => new Date().toISOString() > (made.at(-1) ?? ''));
    await changePriority('twice', n);
    made.push((await events('twice')).at(-1)!.meta.at);
  }
  const archives = made.slice(1).map((_, n) => file(String(n)));
  for (const [n, out] of archives.entries())
    await cli.run('archive', 'twice', '--before', made[n + 1]!, '--out', out, '--reason', 'x');
  const [one, two] = archives.map((folder) => join(folder, readdirSync(folder)[0]!));
  expect((await cli.run('verify', 'twice', '--archive', one!, '--archive', two!)).code).toBe(0);
  const { code, stdout } = await cli.run('verify', 'twice', '--archive', one!);
  expect(code).toBe(1);
  expect(stdout).toMatch(/begins with version \d+: it was sealed again since, up to version \d+; give/);
});
