import { afterAll, describe, expect, it } from '@jest/globals';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { Api, inc, ServerProcess, until, dropFolder } from '@conclave/processes';

const directory = mkdtempSync(join(tmpdir(), 'conclave-start-'));
const file = (name: string) => join(directory, name);
const store = (name: string) => ({ CONCLAVE_STORE: `sqlite:${file(name)}` });
afterAll(() => dropFolder(directory));

/** One line on stderr that says what is wrong, exit 1, nothing on stdout. */
async function refuses(environment: Record<string, string>, says: RegExp): Promise<void> {
  const { code, stderr, stdout } = await ServerProcess.refused(environment);
  expect({ code, stdout, stderr }).toEqual({ code: 1, stdout: '', stderr: expect.stringMatching(says) });
  expect(stderr.trim().split('\n')).toHaveLength(1);
}

describe('starting', () => {
  it('announces itself with exactly one line', async () => {
    const server = await ServerProcess.start(store('deep/er/conclave.db'));
    expect(server.readyLine).toBe(
      `conclave listening on ${server.url} (store: sqlite:${file('deep/er/conclave.db')})`,
    );
    expect(await server.kill('SIGINT')).toBe(0);
  });

  it.each(['server', 'cli'])('%s: what V8 makes of its code is kept beside it', (program) => {
    const start = () => {
      const { status, stderr } = spawnSync(process.execPath, [`dist/apps/${program}/src/main.js`, '--help'], {
        encoding: 'utf8',
        env: { PATH: process.env.PATH, NODE_DEBUG_NATIVE: 'COMPILE_CACHE' },
      });
      return { status, taken: /was accepted/.test(stderr), refused: /was rejected/.test(stderr) };
    };
    start();
    expect(start()).toEqual({ status: 0, taken: true, refused: false });
  });

  it('a request to read the configuration again while it starts does not end it', async () => {
    const child = spawn(process.execPath, ['dist/apps/server/src/main.js'], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { PATH: process.env.PATH, CONCLAVE_PORT: '0', ...store('hangup.db') },
    });
    const gone = once(child, 'exit');
    let [said, ready] = ['', ''];
    child.stdout.on('data', (chunk: Buffer) => (ready += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
    await until('it starts', () => said.includes('starting'));
    child.kill('SIGHUP');
    await until('it is ready, or gone', () => ready !== '' || child.signalCode !== null);
    child.kill('SIGTERM');
    expect({ ready, ended: await gone }).toEqual({
      ready: expect.stringContaining('conclave listening on'),
      ended: [0, null],
    });
  });

  it('says so where the folder that it is started in is gone', () => {
    const program = resolve('dist/apps/server/src/main.js');
    const line = `mkdir gone && cd gone && rmdir ../gone && exec "${process.execPath}" "${program}"`;
    const { status, stderr } = spawnSync('sh', ['-c', line], {
      cwd: directory,
      encoding: 'utf8',
      env: { PATH: process.env.PATH },
    });
    expect({ status, stderr }).toEqual({
      status: 1,
      stderr: expect.stringMatching(/^conclave: the folder .* is not there any more; .*\n$/),
    });
  });

  it('ends with the shell that npm began it in: npm, told to end, ends no more than that', async () => {
    const shell = spawn('sh', ['-c', `"${process.execPath}" dist/apps/server/src/main.js; true`], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        PATH: process.env.PATH,
        CONCLAVE_PORT: '0',
        npm_lifecycle_event: 'start',
        npm_package_name: 'conclave',
        ...store('npm.db'),
      },
    });
    let said = '';
    shell.stderr.resume();
    shell.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()));
    await until('it is ready', () => said.includes('listening'));
    const ended = once(shell, 'close'); // nobody writes there any more
    shell.kill('SIGTERM');
    await ended;
    expect(existsSync(file('npm.db.closed'))).toBe(true); // as if it had been told itself
  });

  it.each([
    [{ CONCLAVE_PORT: 'http' }, /CONCLAVE_PORT="http": must be a number/], // all that can be wrong: config.spec.ts
    [{ CONCLAVE_STORE: `sqlite:${'a'.repeat(230)}.db` }, /is too long: a name may have 200 bytes/],
    [{ CONCLAVE_HOST: '203.0.113.1', CONCLAVE_AUTH: 'off' }, /is no address of this machine/],
  ])('refuses %j', async (environment, says) => refuses(environment, says));

  it('refuses a taken port and names it', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => other.once('listening', resolve));
    const { port } = other.address() as AddressInfo;
    await refuses({ CONCLAVE_PORT: String(port) }, new RegExp(`port ${port} on 127.0.0.1 is in use`));
    other.close();
  });

  it('names programs of others, too, where one of them has the file', async () => {
    await (await ServerProcess.start(store('looked-at.db'))).kill('SIGTERM');
    const other = new DatabaseSync(file('looked-at.db'));
    other.exec('BEGIN IMMEDIATE');
    await refuses(store('looked-at.db'), /another Conclave server, or a program like sqlite3 has it open/);
    other.close();
  });

  it('refuses a second server on one file, and does not disturb the first', async () => {
    const first = await ServerProcess.start(store('shared.db'));
    await refuses(store('shared.db'), /is in use by another Conclave server/);
    expect((await new Api(first.url).put('/v1/groups/g', {})).status).toBe(201);
    await first.kill();
    const second = await ServerProcess.start(store('shared.db')); // a kill -9 leaves no lock behind
    expect((await new Api(second.url).get('/v1/groups/g')).status).toBe(200);
    await second.kill();
  });

  it('refuses files that are not its own and leaves them as they are', async () => {
    writeFileSync(file('text.db'), 'this is no database, but long enough to have a header'.repeat(10));
    const before = readFileSync(file('text.db'));
    await refuses(store('text.db'), /is not a SQLite database/);
    expect(readFileSync(file('text.db'))).toEqual(before);
    const foreign = new DatabaseSync(file('foreign.db'));
    foreign.exec('CREATE TABLE t (x)');
    foreign.close();
    await refuses(store('foreign.db'), /is a SQLite database of another program/);
  });

  it.each([
    ['file:u.db', /would be an address for SQLite/],
    ['~/x.db', /only a shell replaces/],
    ['./', /is a folder: name a file in it/],
    [tmpdir(), /is a folder: name a file in it/],
    ['/proc/x/y/c.db', /the directory "\/proc\/x\/y" cannot be made/],
  ])('refuses "sqlite:%s", which names no file', async (path, says) => {
    await refuses({ CONCLAVE_STORE: `sqlite:${path}` }, says);
    expect(existsSync('~') || existsSync('u.db') || existsSync('file:u.db')).toBe(false);
  });

  it('refuses a key of which a byte is wrong, and says what to do', async () => {
    const server = await ServerProcess.start(store('key.db'));
    expect(await server.kill('SIGTERM')).toBe(0);
    const kept = JSON.parse(readFileSync(file('key.db.key'), 'utf8')) as { x: string };
    const x = (kept.x.startsWith('A') ? 'B' : 'A') + kept.x.slice(1);
    writeFileSync(file('key.db.key'), JSON.stringify({ ...kept, x }));
    await refuses(
      store('key.db'),
      /key\.db\.key" holds no Ed25519 key\. Restore it from a backup, or move it away/,
    );
  });

  it('refuses a damaged log', async () => {
    const server = await ServerProcess.start(store('damaged.db'));
    const api = new Api(server.url);
    for (let n = 0; n < 30; n++)
      await api.put(`/v1/groups/g/runners/r${n}`, {
        incarnation: inc(`r${n}`),
        labels: { x: 'y'.repeat(200) },
      });
    await server.kill('SIGTERM');
    const bytes = readFileSync(file('damaged.db'));
    bytes.fill(0xff, 4096 * 2, 4096 * 4);
    writeFileSync(file('damaged.db'), bytes);
    await refuses(store('damaged.db'), /damaged|cannot be read|malformed/);
  });

  it('does without a group whose stream has an event that it cannot read, and says which: stream, version, type, what to do', async () => {
    let server = await ServerProcess.start(store('newer.db'));
    await new Api(server.url).put('/v1/groups/g', {});
    await new Api(server.url).put('/v1/groups/h', {});
    await server.kill('SIGTERM');
    const db = new DatabaseSync(file('newer.db'));
    db.exec(
      `INSERT INTO events (stream, version, id, type, data, meta) SELECT stream, 2, id, 'RunnerPromoted', data, meta FROM events WHERE stream = 'group-g'`,
    );
    db.close();
    server = await ServerProcess.start(store('newer.db'));
    const api = new Api(server.url);
    const { status, body } = await api.get('/v1/groups/g');
    expect([status, body]).toMatchObject([
      503,
      {
        code: 'group-unreadable',
        detail: expect.stringMatching(
          /event 2 of stream "group-g" \(RunnerPromoted\) cannot be read.*upgrade this server/,
        ),
      },
    ]);
    expect((await api.put('/v1/groups/g/runners/r', { incarnation: inc('r') })).body).toMatchObject({
      code: 'group-unreadable',
    });
    expect((await api.get('/v1/groups')).body).toMatchObject({
      groups: [{ group: 'h' }],
      unreadable: [{ group: 'g' }],
    });
    expect((await api.get('/readyz')).body).toMatchObject({ ready: true, unreadable: [{ group: 'g' }] });
    expect((await api.get('/v1/groups/h')).status).toBe(200);
    await server.kill('SIGTERM');
  });

  it('refuses a directory that cannot be made', async () => {
    writeFileSync(file('plain'), '');
    await refuses(store('plain/conclave.db'), /directory .* cannot be made/);
  });

  it('warns of misspelt variables', async () => {
    const server = await ServerProcess.start({ CONCLAVE_PROT: '1' });
    await server.kill('SIGTERM');
    expect(server.stderr).toContain('unknown variable CONCLAVE_PROT is ignored');
  });
});
