import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Api, Cli, inc, ServerProcess, until, type CliResult, dropFolder } from '@conclave/processes';

let server: ServerProcess;
let api: Api;
let cli: Cli;
const directory = mkdtempSync(join(tmpdir(), 'conclave-cli-'));
beforeAll(async () => {
  server = await ServerProcess.start();
  api = new Api(server.url);
  cli = new Cli({ CONCLAVE_URL: server.url, CONCLAVE_ACTOR: 'ana' });
  // nobody beats here: a term must outlast the tests
  await api.put('/v1/groups/deploy', { leaseMs: 600_000 });
  for (const id of ['a', 'b'])
    await api.put(`/v1/groups/deploy/runners/${id}`, { incarnation: inc(id), ready: true });
});
afterAll(async () => {
  await server.kill();
  dropFolder(directory);
});

const conclave = (...args: string[]): Promise<CliResult> => cli.run(...args);
const says = (stdout: RegExp) => ({ code: 0, stderr: '', stdout: expect.stringMatching(stdout) });

describe('conclave, the command line', () => {
  it('looks: groups, group, leader, history', async () => {
    expect(await conclave('groups')).toEqual(says(/deploy\tled\ta\t1/));
    expect(await conclave('group', 'deploy')).toEqual(
      says(/a\tactive\tleader[\s\S]*b\tactive\tstandby[\s\S]*seniority/),
    );
    expect(JSON.parse((await conclave('leader', 'deploy', '--json')).stdout)).toMatchObject({
      state: 'led',
      leader: { runner: 'a' },
    });
    expect(await conclave('history', 'deploy', '--type', 'LeaderElected')).toEqual(
      says(/LeaderElected\trunner "a" elected for term 1: nobody led, and it became active/),
    );
  });

  it('operates: taint, untaint, pin, unpin, pause, resume, set, deregister; dry runs change nothing', async () => {
    expect(
      await conclave('taint', 'deploy', 'b', 'disk', '--for', '2h', '--reason', 'swap', '--dry-run'),
    ).toEqual(
      says(
        /^would record: runner "b" tainted disk \(NoLead\) by ana: swap, until .*\nthen: led, "a" in term 1\n$/,
      ),
    );
    expect(await conclave('untaint', 'deploy', 'b', 'disk')).toEqual(
      says(/^nothing to change: "b" has no taint "disk" \(conclave group deploy says which it has\)\n/),
    );
    expect(await conclave('unpin', 'deploy')).toEqual(says(/^nothing to change: "deploy" is not pinned\n/));
    expect(await conclave('resume', 'deploy')).toEqual(
      says(/^nothing to change: elections of "deploy" are not paused\n/),
    );
    expect(await conclave('taint', 'deploy', 'b', 'disk', '--for', '2h', '--reason', 'swap')).toEqual(
      says(/^recorded: runner "b" tainted disk \(NoLead\) by ana: swap, until/),
    );
    expect(await conclave('group', 'deploy')).toEqual(says(/disk \(NoLead by claimed:ana: swap, until/));
    expect(await conclave('untaint', 'deploy', 'b', 'disk')).toEqual(
      says(/^recorded: taint disk of runner "b" lifted by ana/),
    );
    expect(await conclave('pin', 'deploy', 'a', '--for', '1h')).toEqual(
      says(/^recorded: pinned to runner "a" \(strict\) by ana, until/),
    );
    expect(await conclave('pin', 'deploy', 'b', '--mode', 'prefer', '--as', 'bob', '--dry-run')).toEqual(
      says(/by bob; it replaces the pin to runner "a" \(strict\) \(by claimed:ana, until/),
    );
    expect(await conclave('unpin', 'deploy')).toEqual(says(/^recorded: pin to runner "a" lifted by ana/));
    await conclave('pin', 'deploy', 'a', '--mode', 'prefer', '--until-gone', 'b');
    expect(await conclave('group', 'deploy')).toEqual(
      says(/pinned to "a" \(prefer\) by claimed:ana, until "b" is gone/),
    );
    await conclave('unpin', 'deploy');
    expect(await conclave('pause', 'deploy', '--for', '5m')).toEqual(
      says(/^recorded: elections paused by ana, until/),
    );
    expect(await conclave('resume', 'deploy')).toEqual(says(/^recorded: the pause lifted by ana/));
    expect(await conclave('set', 'deploy', 'failback=always', 'drainMs=20000')).toEqual(
      says(/^recorded: settings changed by ana: .*failback/),
    );
    await api.put('/v1/groups/deploy/runners/c', { incarnation: inc('c') });
    expect(await conclave('pin', 'deploy', 'c', '--dry-run')).toEqual(
      says(/\nthen: handover, "a" in term 1, and nobody who could follow\n$/),
    );
    expect(await conclave('drain', 'deploy', '--dry-run')).toEqual(
      says(/\nthen: handover, "a" in term 1\n$/),
    );
    expect(await conclave('deregister', 'deploy', 'c', '--reason', 'sold')).toEqual(
      says(/^recorded: runner "c" was removed by ana: sold/),
    );
    expect(
      (await api.get('/v1/groups/deploy/history?type=RunnerDeregistered')).body.events[0].meta,
    ).toMatchObject({ actor: 'claimed:ana', reason: 'sold' });
  });

  it('exit codes: 2 usage, 3 refused with what is true now, 4 not reachable', async () => {
    expect(await conclave('taint', 'deploy')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("missing required argument 'runner'"),
    });
    expect(await conclave('taint', 'deploy', 'a', 'k', '--for', 'soon')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('like 15m'),
    });
    expect(await conclave('taint', 'deploy', 'a', 'k', '--effect', 'Foo')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('Allowed choices are NoLead'),
    });
    expect(await conclave('pin', 'deploy', 'a', '--mode', 'soft')).toMatchObject({ code: 2 });
    expect(await conclave('nonsense')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("unknown command 'nonsense'"),
    });
    expect(await conclave('pin', 'deploy', 'nobody')).toEqual({
      code: 3,
      stdout: '',
      stderr: expect.stringMatching(/^conclave: runner-unknown: .*"nobody"/),
    });
    expect(await conclave('taint', 'deploy', 'a', 'k', '--if-term', '9')).toEqual({
      code: 3,
      stdout: '',
      stderr: expect.stringMatching(/term-stale: .* Now: "a" leads, term 1\.\n$/),
    });
    expect(await conclave('deregister', 'deploy', '')).toEqual({
      code: 2,
      stdout: '',
      stderr: 'conclave: an id is empty: is a variable not set?\n',
    });
    expect(await conclave('untaint', 'deploy', '..', 'k')).toMatchObject({ code: 2, stdout: '' });
    expect(await conclave('history', 'deploy', '--since', '999999999d')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('That is before 1970.'),
    });
    expect(await conclave('groups', '--url', 'http://127.0.0.1:1')).toEqual({
      code: 4,
      stdout: '',
      stderr: expect.stringMatching(/does not answer \(ECONNREFUSED\).*CONCLAVE_URL/),
    });
    for (const [line, said] of [
      [
        'export all.ndjson --out x',
        '--out goes with --window; a whole log goes into the file that is named first.',
      ],
      [
        'export deploy --window .. --store sqlite:x',
        '--window asks a server, which signs what it says: leave out --store.',
      ],
      [
        'forget ana --archive x --out y',
        'files of --archive are written anew where they are: leave out --out.',
      ],
      ['tenures --archive x', 'name a group.'],
      ['set deploy lease=15s leaseMs=20000', '"leaseMs" is given twice.'],
      [
        'untaint deploy a b!',
        '"b!" is no id: that is a letter or digit, then letters, digits, ".", "_" or "-", 63 at most.',
      ],
    ] as const)
      expect(await conclave(...line.split(' '))).toEqual({
        code: 2,
        stdout: '',
        stderr: `conclave: ${said}\n`,
      });
    for (const [line, said] of [
      ['at deploy foo', ' is invalid for argument .* like 90s, 5m, 2h or 3d; or a version, like 17.'],
      ['diff deploy --from foo', ' is invalid. .* or a version, like 17.'],
      ['witness --port 99999', 'Take a port from 0 to 65535.'],
    ] as const)
      expect(await conclave(...line.split(' '))).toMatchObject({
        code: 2,
        stderr: expect.stringMatching(said),
      });
    expect(await conclave('--help')).toEqual(
      says(/Exit codes: 0 ok,[\s\S]*2 usage, 3 refused, 4 not\s+reachable/),
    );
    expect(await conclave('taint', '--help')).toEqual(says(/Example:\n {2}\$ conclave taint deploy/));
  });

  it('damping and forgive; bad settings are usage errors', async () => {
    expect(await conclave('set', 'flappy', 'damping=on', 'damping.suppressAt=900', 'leaseMs=20000')).toEqual(
      says(/^recorded: group created by ana/),
    );
    expect((await api.get('/v1/groups/flappy')).body.settings.damping).toEqual({
      halfLifeMs: 900_000,
      suppressAt: 900,
      reuseAt: 750,
      maxSuppressMs: 3_600_000,
    });
    expect(await conclave('set', 'flappy', 'damping=off')).toEqual(says(/^recorded/));
    expect((await api.get('/v1/groups/flappy')).body.settings).not.toHaveProperty('damping');
    const paced = async () => {
      const { heartbeatMs, lossConfirmMs } = (await api.get('/v1/groups/flappy')).body.settings;
      return [heartbeatMs, lossConfirmMs];
    };
    await conclave('set', 'flappy', 'heartbeat=1s', 'lossConfirm=100ms');
    expect(await paced()).toEqual([1_000, 100]);
    await conclave('set', 'flappy', 'heartbeat=default', 'lossConfirmMs=default');
    expect(await paced()).toEqual([6_666, undefined]);
    expect(await conclave('set', 'flappy', 'leaseMs')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('write name=value'),
    });
    expect(await conclave('set', 'flappy', 'damping=maybe')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('on or off'),
    });
    expect(await conclave('forgive', 'deploy', 'b')).toEqual(says(/^nothing to change/));
    expect(await conclave('forgive', 'deploy', 'nobody')).toMatchObject({
      code: 3,
      stderr: expect.stringContaining('runner-unknown'),
    });
  });

  it('resign vouches for a dead leader, and for nobody else', async () => {
    for (const id of ['a', 'b'])
      await api.put(`/v1/groups/dead/runners/${id}`, { incarnation: inc(id), ready: true });
    expect(await conclave('resign', 'dead', 'b')).toMatchObject({
      code: 3,
      stderr: expect.stringContaining('"a" does, in term 1'),
    });
    expect(await conclave('resign', 'dead', 'a', '--dry-run')).toEqual(
      says(/^would record: term 1 of runner "a" ended: the leader resigned[\s\S]*then: led, "b" in term 2/),
    );
    expect(await conclave('resign', 'dead', 'a', '--cooldown', '5m', '--reason', 'killed')).toEqual(
      says(/^recorded: term 1 of runner "a" ended: the leader resigned[\s\S]*"b" in term 2/),
    );
  });

  it('address, token and name come from flags, then the environment, then the config file; a wrong file is told', async () => {
    const config = join(directory, 'config.json');
    writeFileSync(config, JSON.stringify({ url: server.url, as: 'eve' }));
    const fromFile = new Cli({ CONCLAVE_CONFIG: config });
    expect(await fromFile.run('leader', 'deploy')).toEqual(says(/deploy/));
    await fromFile.run('pause', 'flappy', '--reason', 'file');
    await fromFile.run('pause', 'flappy', '--reason', 'flag', '--as', 'joe');
    expect(await fromFile.run('pause', 'flappy', '--reason', 'x', '--as', 'joe b')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('"joe b" is no name'),
    });
    expect(
      (await api.get('/v1/groups/flappy/history?type=ElectionsPaused')).body.events.map(
        (e: any) => e.meta.actor,
      ),
    ).toEqual(['claimed:eve', 'claimed:joe']);
    expect(
      await new Cli({ CONCLAVE_CONFIG: config, CONCLAVE_URL: 'http://127.0.0.1:1' }).run('groups'),
    ).toMatchObject({ code: 4 });
    for (const [text, problem] of [
      ['{', 'is no JSON'],
      ['{"uri":"x"}', 'may have url, token, tokenFile, ca, cert, key and as'],
    ] as const) {
      writeFileSync(config, text);
      expect(await fromFile.run('groups')).toMatchObject({
        code: 2,
        stdout: '',
        stderr: expect.stringContaining(problem),
      });
    }
    expect(await new Cli({ CONCLAVE_CONFIG: join(directory, 'none') }).run('groups')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('ENOENT'),
    });
  });

  it('completes commands, flags, and the ids of groups and runners; without a server, only what it knows itself', async () => {
    expect(await conclave('complete', 'bash')).toEqual(says(/bash completion for conclave/));
    expect((await conclave('complete', '--', 'tai')).stdout).toMatch(/^taint\t/);
    expect((await conclave('complete', '--', 'taint', 'dep')).stdout).toMatch(/^deploy\t/m);
    expect((await conclave('complete', '--', 'taint', 'deploy', '')).stdout).toMatch(/^a\t[\s\S]*^b\t/m);
    for (const [line, ids] of [
      ['transfer deploy --to', /^a\t[\s\S]*^b\t/m],
      ['history deploy --runner', /^a\t[\s\S]*^b\t/m],
      ['run --group', /^deploy\t/m],
      ['run --group deploy --id', /^a\t[\s\S]*^b\t/m],
      ['pin deploy a --mode', /^strict\t/m],
    ] as const)
      expect((await conclave('complete', '--', ...line.split(' '), '')).stdout).toMatch(ids);
    expect((await conclave('complete', '--', 'set', '--')).stdout).toMatch(/^--dry-run\t/m);
    expect(await new Cli({ CONCLAVE_URL: 'http://127.0.0.1:1' }).run('complete', '--', 'taint', '')).toEqual({
      code: 0,
      stdout: ':4\n',
      stderr: '',
    });
  });

  it('completes what it knows where a group is refused before the list of groups has come, or what answers is no Conclave', async () => {
    let answerGroups: (() => void) | undefined;
    const slow = createServer((asked, reply) => {
      if (asked.url!.startsWith('/v1/groups?')) answerGroups = () => reply.end('{"groups":[]}');
      else {
        reply.writeHead(404).end('{}');
        setTimeout(() => answerGroups?.(), 200);
      }
    }).listen(0, '127.0.0.1');
    await once(slow, 'listening');
    const url = `http://127.0.0.1:${(slow.address() as AddressInfo).port}`;
    const said = await new Cli({ CONCLAVE_URL: url }).run('complete', '--', 'set', 'none', '--');
    slow.close();
    expect(said).toEqual(says(/^--dry-run\t/m));
    const other = createServer((_, reply) => reply.end('{"groups":null}')).listen(0, '127.0.0.1');
    await once(other, 'listening');
    const there = `http://127.0.0.1:${(other.address() as AddressInfo).port}`;
    const nothing = await new Cli({ CONCLAVE_URL: there }).run('complete', '--', 'taint', '');
    other.close();
    expect(nothing).toEqual({ code: 0, stdout: ':4\n', stderr: '' });
  });

  it('every command has help with an example', async () => {
    const names = [
      ...(await conclave('--help')).stdout.matchAll(/^ {2}([a-z-]+) (?:\[options\] )?(?:[<[]|\s)/gm),
    ]
      .map((m) => m[1]!)
      .filter((n) => !['serve', 'demo', 'complete', 'help'].includes(n));
    expect(names).toEqual(expect.arrayContaining(['groups', 'rollout', 'forgive', 'export', 'dev']));
    for (const name of names)
      expect((await conclave(name, '--help')).stdout).toMatch(
        new RegExp(`Examples?:\\n {2}\\$ conclave ${name}`),
      );
    expect((await conclave('run', '--help')).stdout).toMatch(/--group <group> +must be given\n/);
    for (const [words, usage] of [
      ['help token create', 'token create'],
      ['help log accept --help', 'log accept'],
      ['help token', 'token'],
      ['help --help', ''],
    ] as const) {
      const { code, stdout } = await conclave(...words.split(' '));
      expect([code, stdout.split('\n')[0]]).toEqual([
        0,
        expect.stringContaining(`Usage: conclave ${usage}${usage && ' '}[`),
      ]);
    }
  });

  it('watch tells every change', async () => {
    const child = cli.started('watch', 'deploy');
    let seen = '';
    child.stdout!.on('data', (chunk: Buffer) => {
      seen += chunk.toString();
    });
    await until('the snapshot', () => seen.includes('deploy\tled\ta\t1'));
    await api.post('/v1/groups/deploy/runners/a/resign', {
      incarnation: inc('a'),
      term: 1,
      cooldownMs: 600_000,
    });
    await until('the change', () => seen.includes('deploy\tled\tb\t2'));
    expect(seen).toMatch(/^group\tstate\tleader\tterm\tsince\twhy\ndeploy\t/);
    child.kill('SIGKILL');
  });

  it('run: a command runs only while its runner leads, knows its term, and is stopped before the next one starts', async () => {
    const file = join(directory, 'log');
    const script = `trap 'echo stop $CONCLAVE_TERM >> ${file}; exit 0' TERM; echo start $CONCLAVE_TERM >> ${file}; while :; do sleep 0.05; done`;
    await api.put('/v1/groups/run', { leaseMs: 20_000, heartbeatMs: 500 }); // outlasts a machine that stands still
    const one = cli.started('run', '--group', 'run', '--id', 'one', '--', 'bash', '-c', script);
    const log = () => {
      try {
        return readFileSync(file, 'utf8').trim().split('\n');
      } catch {
        return [];
      }
    };
    await until('started', () => log().length === 1);
    const two = cli.started('run', '--group', 'run', '--id', 'two', '--', 'bash', '-c', script);
    await until('two stands by', async () => (await api.get('/v1/groups/run')).body.runners.active === 2);
    await api.put('/v1/groups/run/runners/one/taints/k', {});
    await until('handed over', () => log().length === 3);
    expect(log()).toEqual(['start 1', 'stop 1', 'start 2']);
    const gone = once(two, 'exit');
    two.kill('SIGTERM');
    await gone;
    expect(log()).toEqual(['start 1', 'stop 1', 'start 2', 'stop 2']);
    expect(
      (await api.get('/v1/groups/run/history?type=LeadershipEnded')).body.events.map(
        (e: any) => e.data.cause,
      ),
    ).toEqual(['released', 'resigned']);
    one.kill('SIGKILL');
  });

  it('run: also what the command left running is stopped before the next one starts; a program that is not there is one line', async () => {
    await api.put('/v1/groups/deep', { leaseMs: 8_000, heartbeatMs: 500 });
    const file = join(directory, 'deep');
    const beat = `echo $CONCLAVE_RUNNER >> ${file}; sleep 0.05`;
    const one = cli.started(
      'run',
      '--group',
      'deep',
      '--id',
      'one',
      '--',
      'sh',
      '-c',
      `(while :; do ${beat}; done) & wait`,
    );
    const lines = () => {
      try {
        return readFileSync(file, 'utf8').trim().split('\n');
      } catch {
        return [];
      }
    };
    await until('it works', () => lines().length > 2);
    const two = cli.started(
      'run',
      '--group',
      'deep',
      '--id',
      'two',
      '--',
      'sh',
      '-c',
      `while :; do ${beat}; done`,
    );
    await until('two stands by', async () => (await api.get('/v1/groups/deep')).body.runners.active === 2);
    await api.post('/v1/groups/deep/transfer', { to: 'two' });
    await until('two works', () => lines().filter((l) => l === 'two').length > 5);
    expect(lines().lastIndexOf('one')).toBeLessThan(lines().indexOf('two'));
    for (const child of [one, two]) {
      const gone = once(child, 'exit');
      child.kill('SIGTERM');
      await gone;
    }
    const four = cli.started(
      'run',
      '--group',
      'deep',
      '--id',
      'four',
      '--',
      'sh',
      '-c',
      `(while :; do echo four >> ${file}; sleep 0.05; done) & wait`,
    );
    await until('four works', () => lines().includes('four'));
    const killed = once(four, 'exit');
    four.kill('SIGKILL');
    await killed;
    const count = () => lines().length;
    await until('its program has ended, too', async () => {
      const before = count();
      await new Promise((done) => setTimeout(done, 200));
      return count() === before;
    });
    expect(await conclave('run', '--group', 'deep', '--id', 'three', '--', '/etc/passwd')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining(
        '"/etc/passwd" cannot be run (it is no file that may be executed); nothing was begun.\n',
      ),
    });
    const { version } = (await api.get('/v1/groups/deep')).body;
    for (const words of [
      ['run', '--group', 'deep', '--id', 'five', '--', '/nonexistent'],
      ['run', '--group', 'deep', '--id', 'five', '--once', '--', 'export'], // a word of shells
      ['dev', '--group', 'deep', '--id', 'five', '--', '/nonexistent'],
      ['rollout', 'deep', '--', '/nonexistent', '{runner}'],
    ])
      expect(await conclave(...words)).toMatchObject({
        code: 1,
        stderr: expect.stringMatching(
          /^conclave: "(\/nonexistent|export)" cannot be run \(there is no such program\); nothing was begun\.\n$/,
        ),
      });
    expect((await api.get('/v1/groups/deep')).body.version).toBe(version); // nobody led for it
    expect(await conclave('run', '--group', 'no/group', '--', 'true')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('group must be letters, digits'),
    });
    expect(
      await conclave('run', '--group', 'deep', '--url', 'http://127.0.0.1:1', '--', 'true'),
    ).toMatchObject({ code: 4 });
  });

  it('dev tells that its program failed', async () => {
    const words = ['dev', '--group', 'devfails', '--id', 'laptop', '--', 'sh', '-c', 'exit 3'];
    expect(await conclave(...words)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('"sh" failed (exit 3)'),
    });
  });

  it('dev with a program that is not there says so and leaves no pin behind', async () => {
    await api.put('/v1/groups/devbad/runners/cloud', { incarnation: inc('cl') });
    expect(await conclave('dev', '--group', 'devbad', '--id', 'laptop', '--', '/nonexistent')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('no such program'),
    });
    expect((await api.get('/v1/groups/devbad')).body).toMatchObject({
      pin: null,
      runners: { pending: 1, active: 0 },
    });
  });

  it('--for 0s is refused, not taken for ever; answers that are not of Conclave are told', async () => {
    expect(await conclave('pause', 'deploy', '--for', '0s')).toMatchObject({
      code: 3,
      stderr: 'conclave: invalid-request: --for: at least 1ms\n',
    });
    const other = createServer((_, response) => response.end('<html>')).listen(0, '127.0.0.1');
    await once(other, 'listening');
    const url = `http://127.0.0.1:${(other.address() as AddressInfo).port}`;
    expect(await conclave('groups', '--url', url)).toMatchObject({
      code: 4,
      stderr: expect.stringContaining('is no Conclave'),
    });
    expect(await conclave('watch', '--url', url)).toMatchObject({ code: 4 });
    other.close();
  });

  it('dev: this machine leads while it exists, also before runners that come later; Ctrl-C gives the lead back', async () => {
    await api.put('/v1/groups/devel', { leaseMs: 60_000 }); // the handover lasts until the release
    await api.put('/v1/groups/devel/runners/cloud', { incarnation: inc('cl'), ready: true });
    const dev = cli.started('dev', '--group', 'devel', '--id', 'laptop');
    await until(
      'the cloud runner is revoked',
      async () => (await api.get('/v1/groups/devel/leader')).body.state === 'handover',
    );
    const AT = String.raw`\d{4}-\d\d-\d\dT\S+Z`;
    const head = 'lease of\tover if not heard again\tat the latest\n';
    expect((await cli.run('group', 'devel')).stdout).toMatch(new RegExp(`^${head}cloud\t${AT}\t${AT}$`, 'm'));
    await api.post('/v1/groups/devel/runners/cloud/release', { incarnation: inc('cl'), term: 1 });
    await until(
      'the laptop leads',
      async () => (await api.get('/v1/groups/devel/leader')).body.leader?.runner === 'laptop',
    );
    await api.put('/v1/groups/devel/runners/later', { incarnation: inc('la'), ready: true });
    expect((await cli.run('group', 'devel')).stdout).toMatch(new RegExp(`^${head}laptop\t${AT}\t-$`, 'm'));
    const { verdicts, pin } = (await api.get('/v1/groups/devel')).body;
    expect(verdicts.find((v: any) => v.runner === 'later').why).toBe('pinned-out');
    expect(pin).toMatchObject({
      runner: 'laptop',
      mode: 'strict',
      until: { runnerGone: 'laptop', silentMs: 600_000 },
      actor: 'claimed:ana',
    });
    await api.post('/v1/groups/devel/runners/cloud/heartbeat', { incarnation: inc('cl'), sequence: 1 });
    const gone = once(dev, 'exit');
    dev.kill('SIGINT');
    expect((await gone)[0]).toBe(0);
    const after = (await api.get('/v1/groups/devel')).body;
    expect(after).toMatchObject({ state: 'led', pin: null });
    expect((await api.get('/v1/groups/devel/history?type=LeaderUnpinned')).body.events[0].data.cause).toBe(
      'runner-gone',
    );
    expect(await conclave('dev', '--group', 'devel', '--url', 'http://127.0.0.1:1')).toMatchObject({
      code: 4,
    });
  });
});
