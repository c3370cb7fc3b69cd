import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { Api, Cli, inc, ServerProcess, until, dropFolder } from '@conclave/processes';

const directory = mkdtempSync(join(tmpdir(), 'conclave-audit-'));
const file = (name: string) => join(directory, name);
let server: ServerProcess;
let api: Api;
let cli: Cli;
let elected: any;
const G = '/v1/groups/deploy';
const says = (stdout: RegExp) => ({ code: 0, stderr: '', stdout: expect.stringMatching(stdout) });
const json = async (...args: string[]) => {
  const { code, stdout, stderr } = await cli.run(...args, '--json');
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return JSON.parse(stdout);
};

beforeAll(async () => {
  server = await ServerProcess.start({ CONCLAVE_STORE: `sqlite:${file('conclave.db')}` });
  api = new Api(server.url);
  cli = new Cli({ CONCLAVE_URL: server.url, CONCLAVE_ACTOR: 'ana' });
  await api.put(G, { leaseMs: 600_000 }); // nobody beats here
  for (const id of ['a', 'b', 'c'])
    await api.put(`${G}/runners/${id}`, { incarnation: inc(id), ready: true });
  await cli.run('taint', 'deploy', 'c', 'upgrade', '--reason', 'kernel');
  await api.post(`${G}/runners/a/resign`, { incarnation: inc('a'), term: 1 });
  await api.put('/v1/groups/other/runners/x', { incarnation: inc('x') });
  elected = (await api.get(`${G}/history?type=LeaderElected`)).body.events[1];
});
afterAll(async () => {
  await server.kill();
  dropFolder(directory);
});

describe('auditing from the command line', () => {
  it('history in words, filtered, followed', async () => {
    expect(await cli.run('history', 'deploy', '--type', 'LeaderElected', '--runner', 'b')).toEqual(
      says(/runner "b" elected for term 2: the leader resigned;[\s\S]*runner "c" is tainted upgrade/),
    );
    expect((await json('history', 'deploy', '--actor', 'ana')).map((e: any) => e.type)).toEqual([
      'RunnerTainted',
    ]);
    const child = cli.started('history', 'deploy', '--follow', '--from', '6');
    let seen = '';
    child.stdout!.on('data', (chunk: Buffer) => {
      seen += chunk.toString();
    });
    await until('what was', () => seen.includes('elected for term 2'));
    expect(seen).toMatch(/^#\ttime\twhat happened\n6\t/);
    await cli.run('taint', 'deploy', 'c', 'later');
    await until('what comes', () => seen.includes('runner "c" tainted later (NoLead) by ana'));
    child.kill('SIGKILL');
  });

  it('at, explain, verify, what-if, tenures: tables for people', async () => {
    expect(await cli.run('at', 'deploy', elected.meta.at)).toEqual(
      says(/led\tb\t2[\s\S]*c\tactive\tstandby\tupgrade[\s\S]*decided by event \d+, LeaderElected/),
    );
    expect(await cli.run('explain', 'deploy', '--term', '2', '--runner', 'c')).toEqual(
      says(
        /elected for term 2[\s\S]*\tc\ttainted[\s\S]*it would be elected with: its taint upgrade lifted[\s\S]*policy then: strategy oldest/,
      ),
    );
    expect(await cli.run('explain', 'deploy')).toEqual(says(/^runner "b" leads in term 2/));
    expect(await cli.run('verify', 'deploy')).toEqual(says(/^ok: \d+ events of 1 groups, 0 violations\n$/));
    expect(await cli.run('verify', '--all')).toEqual(says(/^ok: \d+ events of 2 groups, 0 violations\n$/));
    expect(
      await cli.run(
        'what-if',
        'deploy',
        '--set',
        'failback=always',
        '--set',
        'leaseMs=30000',
        '--set',
        'heartbeatMs=10000',
      ),
    ).toEqual(
      says(/changes of leader[\s\S]*not known: silences shorter than the lease then in force \(600000 ms\)/),
    );
    expect(await cli.run('what-if', 'deploy', '--set', 'drainMs=30000')).toEqual(
      says(/nothing would have been different/),
    );
    expect(await cli.run('tenures', 'deploy')).toEqual(
      says(/\ta\t[\s\S]*resigned[\s\S]*led 100\.000 % of the time[\s\S]*1 changes of leader/),
    );
    expect(await cli.run('tenures')).toEqual(says(/deploy\t100\.000 %[\s\S]*other\t-[\s\S]*all\t100\.000 %/));
    expect(await cli.run('groups', '--at', elected.meta.at)).toEqual(says(/deploy\tled\tb/));
    expect(await cli.run('tenures', 'deploy', '--csv')).toEqual(says(/^group,term,runner,.*\ndeploy,1,a,/));
    expect(await cli.run('tenures', '--csv')).toEqual(says(/^group,term,runner,.*\n[^]*^deploy,1,a,/m));
    expect(await cli.run('tenures', 'deploy', '--csv', '--json')).toEqual({
      code: 2,
      stdout: '',
      stderr: expect.stringContaining("option '--csv' cannot be used with option '--json'"),
    });
  });

  it('evidence: signed, and everything can be asked of it with no server; so it can of an export and of a store', async () => {
    const evidence = file('deploy.evidence.ndjson');
    expect(await cli.run('export', 'deploy', '--window', '..', '--out', evidence)).toEqual(
      says(/^exported \d+ events of "deploy" to .*, signed by key [\w-]{43}\n$/),
    );
    expect(await cli.run('export', 'deploy', '--window', '..', '--out', evidence)).toMatchObject({
      code: 3,
      stderr: expect.stringContaining('exists. It is left as it is'),
    });
    expect(await cli.run('export', 'none', '--window', '..', '--out', file('none'))).toMatchObject({
      code: 3,
      stderr: expect.stringContaining('group-unknown'),
    });
    const questions = [
      ['at', 'deploy', elected.meta.at],
      ['at', 'deploy', '3'],
      ['explain', 'deploy', '--term', '2'],
      ['what-if', 'deploy', '--set', 'failback=always', '--to', elected.meta.at],
    ];
    const [answers, tenures, now] = [
      await Promise.all(questions.map((q) => json(...q))),
      (await json('tenures', 'deploy')).tenures,
      (await json('explain', 'deploy')).words,
    ];
    await server.kill('SIGTERM'); // its database is its own while it runs
    const whole = file('whole.ndjson');
    expect(await cli.run('export', whole, '--store', `sqlite:${file('conclave.db')}`)).toMatchObject({
      code: 0,
    });
    for (const [n, question] of questions.entries()) {
      for (const source of [
        ['--file', evidence],
        ['--file', whole],
        ['--store', `sqlite:${file('conclave.db')}`],
      ]) {
        expect({ question, source, answer: await json(...question, ...source) }).toEqual({
          question,
          source,
          answer: answers[n],
        });
      }
    }
    for (const [name, ...source] of [
      ['export', '--file', whole],
      ['store', '--store', `sqlite:${file('conclave.db')}`],
    ]) {
      const out = file(`report-of-${name}.html`);
      expect(
        await cli.run('report', 'deploy', '--until', elected.meta.at, '--out', out, ...source),
      ).toMatchObject({ code: 0 });
    }
    expect((await json('tenures', 'deploy', '--file', evidence)).tenures).toEqual(tenures);
    expect((await json('explain', 'deploy', '--file', evidence)).words).toBe(now);
    expect(await cli.run('verify', '--file', whole)).toEqual(says(/^ok: \d+ events of 2 groups/));
    expect(await cli.run('verify', '--all', '--store', `sqlite:${file('conclave.db')}`)).toEqual(says(/^ok/));
    expect(await cli.run('at', 'none', '1', '--store', `sqlite:${file('conclave.db')}`)).toMatchObject({
      code: 3,
      stderr: expect.stringContaining('group-unknown'),
    });
    expect(
      await cli.run('what-if', 'deploy', '--set', 'leaseMs=1', '--store', `sqlite:${file('conclave.db')}`),
    ).toMatchObject({ code: 3, stderr: expect.stringContaining('invalid-request') });
    server = await ServerProcess.start({
      CONCLAVE_STORE: `sqlite:${file('conclave.db')}`,
      CONCLAVE_PORT: server.port,
    });
    expect(await cli.run('verify', '--file', evidence)).toMatchObject({
      code: 1,
      stdout: expect.stringContaining('of nobody whom you trust: give --keys'),
    });
    expect(await cli.run('verify', '--file', evidence, '--no-keys')).toEqual(
      says(/^ok[\s\S]*signature: of .* by key [\w-]{43} \(of nobody/),
    );
    writeFileSync(file('keys.json'), JSON.stringify((await api.get('/v1/keys')).body));
    expect(await cli.run('verify', '--file', evidence, '--keys', 'README.md')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('keys "README.md" is no JWK set.'),
    });
    expect(await cli.run('verify', '--file', evidence, '--keys', file('keys.json'))).toEqual(
      says(/one of your keys/),
    );
    const other = await ServerProcess.start();
    writeFileSync(file('others.json'), JSON.stringify((await new Api(other.url).get('/v1/keys')).body));
    await other.kill();
    expect(await cli.run('verify', '--file', evidence, '--keys', file('others.json'))).toMatchObject({
      code: 1,
      stdout: expect.stringMatching(/^NOT OK[\s\S]*NOT one of your keys/),
    });
  });

  it('report: a window as one page, of a server, of evidence, of an export and of a store the same', async () => {
    const until = elected.meta.at as string;
    const page = await fetch(`${server.url}${G}/report?until=${until}`);
    expect(Object.fromEntries(page.headers)).toMatchObject({
      'content-type': 'text/html; charset=utf-8',
      'content-disposition': 'attachment; filename="deploy.report.html"',
      'content-security-policy': expect.stringMatching(/^default-src 'none'.*sandbox$/),
    });
    const text = await page.text();
    expect(text).toMatch(
      /<h1>Group &quot;deploy&quot;<\/h1>[\s\S]*runner &quot;c&quot; tainted upgrade \(NoLead\)[\s\S]*kernel/,
    );
    expect((await api.get(`${G}/report?until=2001-01-01T00:00:00Z`)).body).toMatchObject({
      code: 'nothing-recorded',
    });
    const written = async (name: string, ...source: string[]) => {
      const out = file(name);
      expect(await cli.run('report', 'deploy', '--until', until, '--out', out, ...source)).toEqual(
        says(
          /report.*\.html: led 100\.000 % of the time; .*2 new terms, 1 change of leader, 2 orders of people/,
        ),
      );
      return readFileSync(out, 'utf8');
    };
    expect(await written('report.html')).toBe(text);
    expect(await written('report-of-evidence.html', '--file', file('deploy.evidence.ndjson'))).toBe(text);
    for (const source of ['export', 'store'])
      expect(readFileSync(file(`report-of-${source}.html`), 'utf8')).toBe(text);
    expect(await cli.run('report', 'deploy', '--out', file('report.html'))).toMatchObject({
      code: 3,
      stderr: expect.stringContaining('exists. It is left as it is'),
    });
    expect(await cli.run('report', 'none', '--out', file('none.html'))).toMatchObject({
      code: 3,
      stderr: expect.stringContaining('group-unknown'),
    });
    expect([existsSync(file('none.html')), existsSync(file('none.html.part'))]).toEqual([false, false]);
  });

  it('what cannot get its name, as something else has it by then, is not left under another', async () => {
    const taken = file('taken');
    mkdirSync(taken);
    const out = join(taken, 'out');
    const way = createServer((request, response) => {
      mkdirSync(join(out, 'full'), { recursive: true });
      void fetch(server.url + request.url!).then(async ({ status, headers, body }) => {
        response.writeHead(status, Object.fromEntries(headers));
        await pipeline(body!, response);
      });
    });
    await once(way.listen(0, '127.0.0.1'), 'listening');
    const url = `http://127.0.0.1:${(way.address() as AddressInfo).port}`;
    for (const asked of [['report'], ['export', '--window', '..']]) {
      const { code } = await cli.run(...asked, 'deploy', '--out', out, '--url', url);
      expect([code, readdirSync(taken)]).toEqual([3, ['out']]);
      rmSync(out, { recursive: true });
    }
    way.closeAllConnections();
    await once(way.close(), 'close');
  });

  it('diff: what is otherwise, and by what; of a server and of an export', async () => {
    const differences = [
      { what: 'leader', before: 'a, term 1', after: 'b, term 2' },
      { what: 'runner c: taint upgrade', before: null, after: 'NoLead by claimed:ana: kernel' },
    ];
    const told = await json('diff', 'deploy', '--from', '5', '--to', String(elected.version));
    expect(told.differences).toEqual(differences);
    expect(told.events.map((e: any) => e.words)).toEqual(
      expect.arrayContaining(['runner "c" tainted upgrade (NoLead) by ana: kernel']),
    );
    expect(await cli.run('diff', 'deploy', '--from', '2', '--to', '2')).toEqual(
      says(/^nothing is otherwise/),
    );
    expect(await cli.run('diff', 'deploy', '--from', '5', '--to', '2')).toMatchObject({ code: 2 });
  });

  it('evidence up to an instant ends there; one that was changed is found out', async () => {
    const part = file('part.ndjson');
    expect(
      await cli.run('export', 'deploy', '--window', `..${elected.meta.at}`, '--out', part),
    ).toMatchObject({ code: 0 });
    const lines = readFileSync(part, 'utf8').trim().split('\n');
    expect(JSON.parse(lines.at(-2)!)).toMatchObject({ version: elected.version });
    const changed = (name: string, edit: (text: string) => string) => {
      writeFileSync(file(name), edit(readFileSync(part, 'utf8')));
      return file(name);
    };
    for (const [name, edit] of [
      ['reason', (t: string) => t.replace('"kernel"', '"nothing"')],
      [
        'dropped',
        (t: string) =>
          t
            .split('\n')
            .filter((_, i) => i !== 3)
            .join('\n'),
      ],
      ['window', (t: string) => t.replace(/"until":"[^"]*"/, '"until":"2001-01-01T00:00:00.000Z"')],
      ['added', (t: string) => `${t}${lines[1]}\n`],
    ] as const) {
      expect({ name, ...(await cli.run('verify', '--file', changed(name, edit))) }).toMatchObject({
        code: 1,
        stdout: expect.stringMatching(/NOT OK/),
      });
    }
    const forged = changed('forged', (t) => t.replaceAll('"b"', '"evil"'));
    for (const question of [
      ['at', 'deploy', '9'],
      ['tenures', 'deploy'],
      ['explain', 'deploy'],
      ['what-if', 'deploy', '--set', 'failback=always'],
    ]) {
      expect(await cli.run(...question, '--file', forged)).toMatchObject({
        code: 3,
        stdout: '',
        stderr: expect.stringContaining('is not what was signed'),
      });
    }
    expect(await cli.run('at', 'deploy', new Date().toISOString(), '--file', part)).toMatchObject({
      code: 3,
      stderr: expect.stringMatching(/what is known ends at/),
    });
    writeFileSync(file('plain.ndjson'), lines.slice(1, -1).join('\n') + '\n'); // as a log without signature
    expect(
      await cli.run('verify', '--file', file('plain.ndjson'), '--keys', file('keys.json')),
    ).toMatchObject({ code: 1, stdout: expect.stringContaining('line 1 is not the beginning of') });
    expect(await cli.run('verify', 'deploy', '--keys', file('keys.json'))).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('--keys is for evidence'),
    });
    expect(
      await cli.run(
        'verify',
        '--file',
        changed('cut', (t) => t.slice(0, -300)),
      ),
    ).toMatchObject({ code: 3, stderr: expect.stringMatching(/no footer|cut off/) });
  });

  it('what cannot be answered is one line and an exit code', async () => {
    expect(await cli.run('at', 'deploy', 'soon')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('Take an instant like'),
    });
    for (const nonsense of ['last-5', 'now-1', '2026-02-31T00:00:00Z', '2026-11-24 10:00'])
      expect(await cli.run('at', 'deploy', nonsense)).toMatchObject({ code: 2 });
    expect(await cli.run('export', 'deploy', '--window', '..', '--out', '/nonexistent/x')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('there is no folder "/nonexistent"'),
    });
    const wrongWay = [
      ['tenures', 'deploy', '--since', '2026-02-02', '--until', '2026-01-01'],
      ['what-if', 'deploy', '--set', 'leaseMs=2000', '--from', '2026-02-02', '--to', '2026-01-01'],
      ['history', 'deploy', '--from', '9', '--to', '2'],
      ['report', 'deploy', '--since', '1h', '--until', '2h', '--file', file('none')],
    ];
    for (const words of wrongWay)
      expect(await cli.run(...words)).toMatchObject({
        code: 2,
        stderr: expect.stringMatching(/^conclave: --(until is before --since|to is before --from)\.\n$/),
      });
    expect(await cli.run('at', 'deploy', '2001-01-01')).toMatchObject({
      code: 3,
      stderr: expect.stringContaining('nothing-recorded'),
    });
    expect(await cli.run('explain', 'deploy', '--term', '99')).toMatchObject({
      code: 3,
      stderr: expect.stringContaining('term-unknown'),
    });
    expect(await cli.run('explain', 'deploy', '--term', '1', '--runner', 'zz')).toMatchObject({
      code: 3,
      stderr: expect.stringContaining('runner-unknown'),
    });
    expect(await cli.run('verify')).toMatchObject({ code: 2 });
    expect(await cli.run('what-if', 'deploy')).toMatchObject({ code: 2 });
    expect(await cli.run('what-if', 'deploy', '--set', 'nonsense=1')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('nonsense'),
    });
    for (const command of ['at', 'explain', 'verify', 'what-if', 'tenures', 'report']) {
      const more = { at: ['1'], 'what-if': ['--set', 'leaseMs=2000'] }[command] ?? [];
      expect(await cli.run(command, 'deploy', ...more, '--file', directory)).toMatchObject({
        code: 2,
        stderr: expect.stringContaining('is no regular file'),
      });
      expect(
        await cli.run(command, 'deploy', ...more, '--store', `sqlite:${file('conclave.db')}`),
      ).toMatchObject({ code: 3, stderr: expect.stringMatching(/^conclave: .*in use/) });
    }
    expect(await cli.run('groups', '--url', 'notaurl')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('is no address'),
    });
    expect(await cli.run('at', 'deploy', '1', '--file', file('typo'))).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('there is no file'),
    });
    expect(await cli.run('verify', '--all', '--url', 'http://127.0.0.1:1')).toMatchObject({ code: 4 });
    expect(await cli.run('export', 'deploy', '--window', 'yesterday')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('since..until'),
    });
  });

  it.each(['SIGKILL', 'SIGTERM'] as const)(
    'followers go on after %s of the server, and miss nothing',
    async (signal) => {
      const child = cli.started('history', 'deploy', '--follow', '--from', '8');
      const watcher = cli.started('watch');
      let [seen, watched] = ['', ''];
      child.stdout!.on('data', (chunk: Buffer) => {
        seen += chunk.toString();
      });
      watcher.stdout!.on('data', (chunk: Buffer) => {
        watched += chunk.toString();
      });
      await until('they follow', () => seen.includes('elected for term 2') && watched.length > 0);
      await server.kill(signal);
      server = await ServerProcess.start({
        CONCLAVE_STORE: `sqlite:${file('conclave.db')}`,
        CONCLAVE_PORT: server.port,
      });
      await cli.run('taint', 'deploy', 'c', `after-${signal}`);
      await api.put(`/v1/groups/new-${signal}/runners/x`, { incarnation: inc('x'), ready: true });
      await until(
        'both go on',
        () => seen.includes(`tainted after-${signal}`) && watched.includes(`new-${signal}\tled\tx`),
      );
      watcher.kill('SIGKILL');
      const versions = seen
        .trim()
        .split('\n')
        .map((line) => Number(line.split(' ')[0]));
      expect(versions).toEqual(versions.map((_, i) => versions[0]! + i));
      child.kill('SIGKILL');
    },
  );

  it('attempts: who tried what, and why it was refused; dry runs, too', async () => {
    expect((await cli.run('taint', 'deploy', 'nobody', 'k', '--reason', 'typo')).code).not.toBe(0);
    await api.put('/v1/groups/deploy/pause?dryRun=true', { reason: 'look' }, { 'x-conclave-actor': 'bob' });
    const list = async (query: string): Promise<any[]> =>
      (await api.get(`/v1/attempts?group=deploy${query}`)).body.attempts;
    await until('both are read back', async () => (await list('&actor=bob')).length > 0);
    expect(await list('&code=runner-unknown')).toMatchObject([
      {
        actor: 'claimed:ana',
        reason: 'typo',
        command: { type: 'TaintRunner', runner: 'nobody' },
        isDryRun: false,
      },
    ]);
    expect(await list('&actor=bob')).toMatchObject([
      { actor: 'claimed:bob', code: null, isDryRun: true, command: { type: 'PauseElections' } },
    ]);
    const { stdout } = await cli.run('attempts', 'deploy', '--actor', 'ana');
    expect(stdout).toMatch(/claimed:ana\tTaintRunner\trunner-unknown: group "deploy" has no runner "nobody"/);
  });

  it('the key is kept beside the store, for its user only, and survives a restart', async () => {
    expect(statSync(file('conclave.db.key')).mode & 0o777).toBe(0o600);
    const keys = (await api.get('/v1/keys')).body;
    expect(keys.keys).toMatchObject([{ kty: 'OKP', crv: 'Ed25519', kid: expect.any(String) }]);
    expect(keys.keys[0]).not.toHaveProperty('d');
    await server.kill('SIGTERM');
    server = await ServerProcess.start({ CONCLAVE_STORE: `sqlite:${file('conclave.db')}` });
    expect((await new Api(server.url).get('/v1/keys')).body).toEqual(keys);
    await server.kill('SIGTERM');
    writeFileSync(file('conclave.db.key'), 'garbage');
    const { code, stderr } = await ServerProcess.refused({ CONCLAVE_STORE: `sqlite:${file('conclave.db')}` });
    expect([code, stderr]).toEqual([
      1,
      expect.stringMatching(/^conclave: .*conclave\.db\.key" holds no Ed25519 key.*\n$/),
    ]);
    rmSync(file('conclave.db.key'));
    server = await ServerProcess.start({ CONCLAVE_STORE: `sqlite:${file('conclave.db')}` });
    // what the lost key signed can still be checked
    expect((await new Api(server.url).get('/v1/keys')).body.keys).toHaveLength(2);
  });
});
