import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Seal } from '@conclave/event-store';
import { Api, Cli, inc, ServerProcess, dropFolder } from '@conclave/processes';

// What an auditor keeps, and what it proves against the one who keeps the log.

const directory = mkdtempSync(join(tmpdir(), 'conclave-checkpoints-'));
const file = (name: string) => join(directory, name);
const store = `sqlite:${file('conclave.db')}`;
let cli: Cli;
let line: string;
let later: string;

interface Line {
  stream?: string;
  version?: number;
  data?: { runner?: string };
}

/** Only the events that somebody lets through, as somebody changes them, as an export whose footer fits. */
function exportOf(
  whole: string,
  keep: (event: Line) => boolean,
  change: (event: Line) => Line = (event) => event,
): string {
  const seal = new Seal();
  const lines = readFileSync(whole, 'utf8').trimEnd().split('\n').slice(1, -1);
  const kept = lines
    .map((text) => JSON.parse(text) as Line)
    .filter(keep)
    .map(change);
  const text = seal.line({ export: 2 }) + kept.map((event) => seal.line(event)).join('');
  const path = file('forged.ndjson');
  writeFileSync(
    path,
    `${text}${JSON.stringify({ events: kept.length, footer: true, sha256: seal.sha256 })}\n`,
  );
  return path;
}

beforeAll(async () => {
  const server = await ServerProcess.start({ CONCLAVE_STORE: store });
  const api = new Api(server.url);
  cli = new Cli({ CONCLAVE_URL: server.url, CONCLAVE_ACTOR: 'ana' });
  for (const group of ['deploy', 'build', 'docs'])
    for (const id of ['a', 'b'])
      await api.put(`/v1/groups/${group}/runners/${id}`, { incarnation: inc(id), ready: true });
  line = (await cli.run('head')).stdout;
  await cli.run('export', 'deploy', '--window', '..', '--out', file('old.evidence.ndjson'));
  await cli.run('taint', 'deploy', 'b', 'disk', '--reason', 'old');
  later = (await cli.run('head')).stdout;
  await cli.run('prove', 'deploy', '--version', '2', '--out', file('proof.ndjson'));
  expect(await cli.run('verify', '--against', file('old.evidence.ndjson'))).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/^ok: the history of "deploy" goes on from it/),
  });
  writeFileSync(file('keys.json'), JSON.stringify((await api.get('/v1/keys')).body));
  expect(await cli.run('verify', '--against', file('old.evidence.ndjson'), '--store', store)).toMatchObject({
    code: 3,
    stderr: expect.stringMatching(/^conclave: .*is in use by another Conclave server.*\n$/),
  });
  for (const [group, code] of [
    ['deploy', 0],
    ['build', 3],
  ] as const)
    expect((await cli.run('verify', group, '--against', file('old.evidence.ndjson'))).code).toBe(code);
  await server.kill('SIGTERM');
  await cli.run('export', file('whole.ndjson'), '--store', store);
});
afterAll(() => dropFolder(directory));

describe('checkpoints', () => {
  it('one line stands for the whole log, and the log goes on from it: in the store and in an export', async () => {
    expect(line).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+\n$/);
    writeFileSync(file('checkpoint.txt'), line);
    for (const given of [line.trim(), file('checkpoint.txt')])
      for (const source of [
        ['--store', store],
        ['--file', file('whole.ndjson')],
        ['--file', file('whole.ndjson'), '--keys', file('keys.json')],
      ])
        expect(await cli.run('verify', '--against', given, ...source)).toMatchObject({
          code: 0,
          stdout: expect.stringMatching(
            /^ok: the log goes on from the checkpoint of .*: \d+ events of 3 groups\n$/,
          ),
        });
  });

  it('a check of another group is none', async () => {
    const proof = ['--file', file('proof.ndjson'), '--keys', file('keys.json')];
    expect(await cli.run('verify', 'deploy', ...proof)).toMatchObject({ code: 0 });
    expect(await cli.run('verify', 'build', ...proof)).toEqual({
      code: 3,
      stdout: '',
      stderr: `conclave: "${file('proof.ndjson')}" is of group "deploy", not of "build".\n`,
    });
    const whole = ['--against', line.trim(), '--file', file('whole.ndjson')];
    expect(await cli.run('verify', 'build', ...whole)).toMatchObject({
      code: 2,
      stderr: 'conclave: --against is of the whole log: leave out "build".\n',
    });
  });

  it.each<[string, (event: Line) => boolean, RegExp]>([
    ['a group that was dropped', ({ stream }) => stream !== 'group-docs', /NOT OK: .*(dropped|changed)/],
    ['an end that was dropped', ({ version }) => version! < 3, /NOT OK: .*its end was dropped/],
  ])('finds %s', async (_, keep, words) => {
    const forged = exportOf(file('whole.ndjson'), keep);
    expect(await cli.run('verify', '--against', line.trim(), '--file', forged)).toMatchObject({
      code: 1,
      stdout: expect.stringMatching(words),
    });
    const old = await cli.run('verify', '--against', file('whole.ndjson'), '--file', forged);
    expect(old).toMatchObject({ code: 1, stdout: expect.stringMatching(/its end was dropped/) });
  });

  it('finds what was changed beside its hash, in the log and in what was kept', async () => {
    const changed = exportOf(
      file('whole.ndjson'),
      () => true,
      ({ data, ...event }) =>
        event.stream === 'group-deploy' && event.version === 2
          ? { ...event, data: { ...data, runner: 'z' } }
          : { ...event, data },
    );
    for (const kept of [line.trim(), file('whole.ndjson'), file('old.evidence.ndjson')])
      expect(await cli.run('verify', '--against', kept, '--file', changed)).toMatchObject({
        code: 1,
        stdout: expect.stringMatching(/^NOT OK: event 2 of group "deploy" was changed after it was written/),
      });
    expect(await cli.run('verify', '--against', changed, '--store', store)).toMatchObject({
      code: 3,
      stderr: expect.stringMatching(/forged.ndjson": event 2 of group "deploy" was changed/),
    });
  });

  it('of a file with a checkpoint a line each counts, not the first alone', async () => {
    const early = exportOf(file('whole.ndjson'), ({ stream, version }) => {
      return !stream!.startsWith('group-') || version! < 5;
    });
    const lines = [line.trim(), later.trim()];
    for (const kept of [lines, lines.toReversed()]) {
      writeFileSync(file('checkpoints.txt'), `${kept.join('\n')}\n`);
      expect(await cli.run('verify', '--against', file('checkpoints.txt'), '--store', store)).toMatchObject({
        code: 0,
        stdout: expect.stringMatching(
          /^ok: the log goes on from each of 2 checkpoints, the last of .*: 13 e/,
        ),
      });
      expect(await cli.run('verify', '--against', file('checkpoints.txt'), '--file', early)).toMatchObject({
        code: 1,
        stdout: expect.stringMatching(
          /^NOT OK: the checkpoint of .* is of 13 events, .* its end was dropped/,
        ),
      });
    }
    expect(await cli.run('verify', '--against', line.trim(), '--file', early)).toMatchObject({ code: 0 });
    writeFileSync(file('checkpoints.txt'), `${line.trim()}\n\nof today ${later}`);
    expect(await cli.run('verify', '--against', file('checkpoints.txt'), '--store', store)).toMatchObject({
      code: 3,
      stderr: expect.stringContaining('line 3 is no checkpoint, and others stand there.'),
    });
  });

  it('refuses a checkpoint of another key, and what is none', async () => {
    writeFileSync(file('others.json'), JSON.stringify({ keys: [] }));
    const source = ['--file', file('whole.ndjson')];
    expect(
      await cli.run('verify', '--against', line.trim(), ...source, '--keys', file('others.json')),
    ).toMatchObject({ code: 1, stdout: expect.stringContaining('which is none of your keys') });
    const changed = file('changed.evidence.ndjson');
    const text = readFileSync(file('old.evidence.ndjson'), 'utf8');
    writeFileSync(changed, text.replace(/"signature":"[^"]*"/, '"signature":"a.b.c"'));
    for (const [kept, keys, code, said] of [
      ['old.evidence.ndjson', 'keys.json', 0, 'ok: '],
      ['old.evidence.ndjson', 'others.json', 1, 'which is none of your keys'],
      ['changed.evidence.ndjson', 'keys.json', 1, 'does not count: its signature is not of the key'],
    ] as const)
      expect(await cli.run('verify', '--against', file(kept), ...source, '--keys', file(keys))).toMatchObject(
        { code, stdout: expect.stringContaining(said) },
      );
    expect(
      await cli.run('verify', '--against', file('whole.ndjson'), ...source, '--keys', file('keys.json')),
    ).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('--keys is for a checkpoint, or for evidence'),
    });
    const [head, , signature] = line.trim().split('.');
    const payload = Buffer.from(JSON.stringify({ checkpoint: 1 })).toString('base64url');
    expect(await cli.run('verify', '--against', `${head}.${payload}.${signature}`, ...source)).toMatchObject({
      code: 3,
      stderr: expect.stringContaining('this is no checkpoint of Conclave'),
    });
    expect(await cli.run('verify', '--against', line.trim())).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('say which with --store or --file'),
    });
  });

  it('what is kept under the name that export and backup give it is a file, not a line', async () => {
    const there = new Cli(cli.environment, directory);
    writeFileSync(file('nightly.checkpoint.txt'), line);
    for (const given of ['old.evidence.ndjson', 'nightly.checkpoint.txt'])
      expect(await there.run('verify', '--file', 'whole.ndjson', '--against', given)).toMatchObject({
        code: 0,
        stdout: expect.stringMatching(/^ok: the log goes on from/),
      });
    expect(
      await there.run('verify', '--file', 'whole.ndjson', '--against', 'no.checkpoint.txt'),
    ).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('there is no file "no.checkpoint.txt", and this is no checkpoint'),
    });
  });

  it('evidence is called evidence where a whole log is wanted', async () => {
    const evidence = file('old.evidence.ndjson');
    expect(await cli.run('verify', '--file', evidence, '--against', file('whole.ndjson'))).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/is of one group, .* give an export with --file/),
    });
    for (const command of ['restore', 'import'])
      expect(await cli.run(command, evidence, '--store', `sqlite:${file('none.db')}`)).toMatchObject({
        code: 3,
        stderr: expect.stringContaining('line 1 is the beginning of evidence, not of an export.'),
      });
  });

  it('a proof of one event needs no server, and nothing in it can be changed', async () => {
    const proof = ['verify', '--file', file('proof.ndjson')];
    expect(await cli.run(...proof)).toMatchObject({
      code: 1,
      stdout: expect.stringContaining('of nobody whom you trust'),
    });
    for (const keys of [['--no-keys'], ['--keys', file('keys.json')]])
      expect(await cli.run(...proof, ...keys)).toMatchObject({
        code: 0,
        stdout: expect.stringMatching(
          /^ok: event 2 of group "deploy" \(RunnerRegistered of .*\) is in the log of/,
        ),
      });
    expect(await cli.run(...proof, '--keys', file('others.json'))).toMatchObject({ code: 1 });
    const text = readFileSync(file('proof.ndjson'), 'utf8');
    for (const [from, to] of [
      ['"runner":"a"', '"runner":"z"'],
      ['"index":1', '"index":0'],
      ['"version":2}', '"version":3}'],
    ]) {
      expect(text).toContain(from);
      writeFileSync(file('changed.ndjson'), text.replace(from!, to!));
      expect(await cli.run('verify', '--file', file('changed.ndjson'), '--no-keys')).toMatchObject({
        code: 1,
        stdout: expect.stringMatching(/^NOT OK/),
      });
    }
  });
});
