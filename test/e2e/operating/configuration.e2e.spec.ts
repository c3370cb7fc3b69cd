import { afterAll, describe, expect, it } from '@jest/globals';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Api, Cli, until, dropFolder } from '@conclave/processes';

const SERVER = resolve('dist/apps/server/src/main.js');
const folder = mkdtempSync(join(tmpdir(), 'conclave-config-'));
const file = join(folder, 'conclave.yaml');
afterAll(() => dropFolder(folder));

interface Row {
  name: string;
  value: string;
  from: string;
}
const answered = async (args: string[], env: Record<string, string> = {}) =>
  new Promise<{ code: number; stdout: string; stderr: string }>((done) => {
    const all = { PATH: process.env.PATH!, ...env };
    execFile(process.execPath, [SERVER, ...args], { env: all, cwd: folder }, (error, stdout, stderr) =>
      done({ code: error ? Number(error.code) : 0, stdout, stderr }),
    );
  });
async function inForce(args: string[], env: Record<string, string> = {}): Promise<Map<string, Row>> {
  const { code, stdout, stderr } = await answered(['--print-config', '--json', ...args], env);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return new Map((JSON.parse(stdout) as Row[]).map((row) => [row.name, row]));
}

describe('configuration', () => {
  it('flags come before the environment, that before the file; each value says where it is from', async () => {
    writeFileSync(
      file,
      'port: 7001\nhost: 127.0.0.2\nlog-level: debug\nallowed-hosts: [a.example, b.example]\n',
    );
    const rows = await inForce(['--config', file, '--port', '7003'], {
      CONCLAVE_PORT: '7002',
      CONCLAVE_HOST: '127.0.0.3',
    });
    const shown = (name: string) => [rows.get(name)!.value, rows.get(name)!.from];
    expect(shown('port')).toEqual(['7003', 'flag --port']);
    expect(shown('host')).toEqual(['127.0.0.3', 'environment']);
    expect(shown('log-level')).toEqual(['debug', `file ${file}`]);
    expect(shown('allowed-hosts')).toEqual(['a.example,b.example', `file ${file}`]);
    expect(shown('store')).toEqual(['sqlite:./data/conclave.db', 'default']);
    expect(shown('tls-cert')).toEqual(['', 'not set']);
    expect(shown('auth')).toEqual(['off', 'default']);
    const guarded = await inForce([], { CONCLAVE_TOKENS: join(folder, 'tokens.json') });
    expect(guarded.get('auth')).toMatchObject({ value: 'on', from: 'default' });
  });

  it('shows no secret', async () => {
    const { stdout } = await answered(['--print-config'], {
      CONCLAVE_STORE: 'esdb://ana:geheim@db.example:2113?tls=true&x=geheim',
    });
    expect(stdout).toContain('db.example:2113');
    expect(stdout).not.toContain('geheim');
  });

  it('a flag that is none stops the start, and it says what to do', async () => {
    const { code, stdout, stderr } = await answered(['--prot', '7001']); // what else does: config.spec.ts
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(/^conclave: wrong configuration: Unknown option '--prot'.*--help.*\n$/);
  });

  it('a start that is refused after its store was opened closes it: the next one does not look through all of it', async () => {
    writeFileSync(file, 'issuers: 3');
    const told = await answered(['--access', file, '--store', `sqlite:${join(folder, 'left.db')}`]);
    expect(told).toMatchObject({ code: 1, stderr: expect.stringContaining('issuers: Invalid input') });
    expect(existsSync(join(folder, 'left.db.closed'))).toBe(true);
  });

  it('the command line runs a server with flags, and shows what it would go by', async () => {
    const told = await new Cli({ CONCLAVE_PORT: '7002' }).run('config', '--log-level', 'warn');
    expect(told).toMatchObject({ code: 0, stderr: '' });
    expect(told.stdout).toMatch(/^port +7002 +environment$/m);
    expect(told.stdout).toMatch(/^log-level +warn +flag --log-level$/m);
    const wrong = await new Cli({}).run('config', '--port', 'abc', '--json');
    expect(wrong).toMatchObject({ code: 2, stdout: '' });
    expect(JSON.parse(wrong.stderr)).toMatchObject({ exitCode: 2, detail: expect.stringContaining('abc') });
    expect((await new Cli({}).run('serve', '--help')).stdout).toContain('--print-config');
    const agent = (await new Cli({}).run('agent', '--help')).stdout.replaceAll(/\s+/g, ' ');
    for (const given of ['127.0.0.1:7610', '10s']) expect(agent).toContain(`(default: ${given})`);
  });

  it.each(['SIGINT', 'SIGTERM', 'SIGKILL'] as const)(
    'conclave serve ends with its server by %s',
    async (signal) => {
      const child = new Cli({}).started('serve', '--port', '0', '--store', 'sqlite::memory:');
      let stdout = '';
      child.stdout!.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
      await until('it listens', () => stdout.includes('listening on'));
      const url = /http:\S+/.exec(stdout)![0];
      const isThere = async () => (await fetch(`${url}/healthz`).catch(() => null)) !== null;
      expect(await isThere()).toBe(true);
      child.kill(signal);
      await once(child, 'exit');
      await until('the server is gone', async () => !(await isThere()));
    },
  );

  it('SIGHUP: what can be taken is taken, the rest is named; a broken file changes nothing', async () => {
    writeFileSync(file, 'port: 0\nstore: "sqlite::memory:"\nlog-level: info\n');
    const child = spawn(process.execPath, [SERVER, '--config', file], { stdio: ['ignore', 'pipe', 'pipe'] });
    let stderr = '';
    let stdout = '';
    child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
    child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
    try {
      const url = await until('it serves', () => /listening on (\S+)/.exec(stdout)?.[1]);
      expect(stderr).toContain(`"log-level":"info (file ${file})"`);
      writeFileSync(file, 'port: 7009\nstore: "sqlite::memory:"\nlog-level: warn\n');
      child.kill('SIGHUP');
      await until('it has said so', () => stderr.includes('a restart is needed for port'));
      child.kill('SIGHUP'); // it runs on the old port still
      await until('it says so again', () => stderr.split('a restart is needed for port').length === 3);
      const before = stderr;
      await new Api(url).put('/v1/groups/g', {}); // would be a line of level info
      writeFileSync(file, 'port: [');
      child.kill('SIGHUP');
      await until('it has said so', () => stderr.includes('what was before stays'));
      expect(stderr.slice(before.length).trim().split('\n')).toHaveLength(1);
      expect((await new Api(url).get('/healthz')).status).toBe(200);
    } finally {
      child.kill('SIGTERM');
      await once(child, 'exit');
    }
  });
});
