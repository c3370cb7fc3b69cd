import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { request, type IncomingMessage } from 'node:http';
import {
  copyFileSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Api, Cli, inc, ServerProcess, until, dropFolder } from '@conclave/processes';

// Who keeps the log cannot rewrite it unseen: a witness on another machine remembers what it was.

const directory = mkdtempSync(join(tmpdir(), 'conclave-witness-'));
const file = (name: string) => join(directory, name);
const store = `sqlite:${file('conclave.db')}`;
const data = file('witness');
const cli = new Cli();
let witness: { child: ChildProcess; url: string; err: string };
let server: ServerProcess;
let api: Api;

async function startWitness(port = '0'): Promise<void> {
  const child = cli.started('witness', '--port', port, '--data', data);
  const begun = { child, url: '', err: '' };
  let out = '';
  child.stdout!.on('data', (chunk: Buffer) => (out += chunk.toString()));
  child.stderr!.on('data', (chunk: Buffer) => (begun.err += chunk.toString()));
  begun.url = await until('the witness listens', () => {
    if (child.exitCode !== null) throw new Error(begun.err);
    return /^conclave witness listening on (http:\S+) \(key [\w-]+, data .+\)\n$/.exec(out)?.[1];
  });
  witness = begun;
}
async function stopWitness(signal: NodeJS.Signals): Promise<number | null> {
  const exit = once(witness.child, 'exit');
  witness.child.kill(signal);
  return (await exit)[0] as number | null;
}
const portOf = () => new URL(witness.url).port;

async function startServer(): Promise<void> {
  server = await ServerProcess.start({ CONCLAVE_STORE: store, CONCLAVE_WITNESSES: `${witness.url}/` });
  api = new Api(server.url);
}
const register = async (group: string, ...runners: string[]) => {
  for (const id of runners)
    await api.put(`/v1/groups/${group}/runners/${id}`, { incarnation: inc(id), ready: true });
};
const witnessed = async () => cli.run('head', '--witnessed', '--json', '--url', server.url);
const known = async () => {
  const [name] = readdirSync(data).filter((one) => one.endsWith('.log.ndjson'));
  return (await new Api(witness.url).get(`/v1/logs/${name!.split('.')[0]}`)).body;
};

beforeAll(async () => {
  await startWitness();
  await startServer();
  await api.put('/v1/groups/deploy', { leaseMs: 2_000 }); // so long a log that was put back waits, once accepted
  await register('deploy', 'a', 'b');
});
afterAll(async () => {
  await server.kill();
  await stopWitness('SIGKILL').catch(() => undefined);
  dropFolder(directory);
});

describe('conclave witness', () => {
  it('co-signs what goes on from what it knows, and an auditor checks both', async () => {
    const { code, stdout } = await witnessed();
    expect(code).toBe(0);
    expect(JSON.parse(stdout).witnesses).toHaveLength(1);
    expect((await cli.run('head', '--url', server.url)).stdout).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+\n$/);
    await until('it has said so', () => witness.err.includes('first contact, taken as it is') || null);
    const { witnesses } = (await api.get('/readyz')).body;
    expect(witnesses).toMatchObject([{ url: witness.url, why: null, cosignedAt: expect.any(String) }]);
    expect((await api.get('/metrics')).body).toMatch(/^conclave_witness_cosigns\{.*\} 1$/m);
    await server.kill('SIGTERM');
    copyFileSync(file('conclave.db'), file('backup.db'));

    writeFileSync(file('checkpoint.json'), stdout);
    writeFileSync(file('witness.json'), JSON.stringify((await new Api(witness.url).get('/v1/key')).body));
    const verify = async (...more: string[]) =>
      cli.run('verify', '--against', file('checkpoint.json'), '--store', store, ...more);
    expect(await verify('--witness-keys', file('witness.json'))).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(
        /^ok: the log goes on .*; co-signed by [\w-]+ at .*, who has watched since/,
      ),
    });
    writeFileSync(file('none.json'), JSON.stringify({ keys: [] }));
    expect(await verify('--witness-keys', file('none.json'))).toMatchObject({
      code: 1,
      stdout: expect.stringContaining('none of your 0 witnesses has co-signed it'),
    });
    const [{ kid, cosignature }] = JSON.parse(stdout).witnesses;
    const [head, body, signature] = cosignature.split('.');
    const later = Buffer.from(body, 'base64url').toString().replace('"cosignature":1', '"cosignature":1 ');
    const forged = [head, Buffer.from(later).toString('base64url'), signature].join('.');
    writeFileSync(
      file('checkpoint.json'),
      JSON.stringify({ ...JSON.parse(stdout), witnesses: [{ kid, cosignature: forged }] }),
    );
    expect(await verify('--witness-keys', file('witness.json'))).toMatchObject({
      code: 1,
      stdout: expect.stringContaining(`the signature of witness ${kid} under it does not fit`),
    });
    expect((await cli.run('verify', '--all', '--witness-keys', file('witness.json'))).code).toBe(2);
  });

  it('keeps what it promised: killed at once after its answer, it knows', async () => {
    await startServer();
    await register('deploy', 'c', 'd');
    const { root } = JSON.parse((await witnessed()).stdout);
    await stopWitness('SIGKILL');
    const { code, stderr } = await cli.run('head', '--witnessed', '--url', server.url);
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: expect.stringContaining('no witness has co-signed it'),
    });
    const { witnesses } = (await api.get('/readyz')).body;
    expect(witnesses).toMatchObject([{ why: expect.stringContaining('it does not answer') }]);
    await startWitness(portOf());
    expect((await known()).root).toBe(root);
  });

  it('refuses a log that was put back, and says why; another log is co-signed as before', async () => {
    const { root } = await known();
    await server.kill('SIGTERM');
    copyFileSync(file('backup.db'), file('conclave.db'));
    await startServer();
    await until('it is stopped', async () => (await api.get('/v1/log')).body.state === 'replaced');
    await api.post('/v1/log/accept', { reason: 'nobody will notice' });
    await until('it goes on', async () => (await api.get('/readyz')).status === 200);
    for (const id of ['x', 'y', 'z']) await register('deploy', id);
    expect((await witnessed()).code).toBe(1);
    // on a slow machine more had been co-signed than there is again by now
    const why = /(the past was rewritten|its end was dropped)/;
    const { witnesses } = (await api.get('/readyz')).body;
    expect(witnesses).toMatchObject([{ why: expect.stringMatching(why) }]);
    const cosigns = new RegExp(`^conclave_witness_cosigns\\{witness="${witness.url}",.*\\} 0$`, 'm');
    expect((await api.get('/metrics')).body).toMatch(cosigns);
    expect(server.stderr).toMatch(why);
    await until('the witness has said so', () => /REFUSED: group "deploy"/.test(witness.err));
    expect((await known()).root).toBe(root);

    const other = await ServerProcess.start({ CONCLAVE_WITNESSES: witness.url });
    try {
      const { code, stdout } = await cli.run('head', '--witnessed', '--json', '--url', other.url);
      expect({ code, witnesses: JSON.parse(stdout).witnesses.length }).toEqual({ code: 0, witnesses: 1 });
    } finally {
      await other.kill();
    }
  });

  it('is one at a time, and begins with nothing that is damaged', async () => {
    expect(await cli.run('witness', '--port', '0', '--data', data)).toMatchObject({
      code: 3,
      stderr: expect.stringContaining(`the directory "${data}" is in use by another witness`),
    });
    expect(await cli.run('witness', '--port', portOf(), '--data', file('second'))).toMatchObject({
      code: 3,
      stderr: expect.stringContaining(`port ${portOf()} on 127.0.0.1 is in use, perhaps by another witness`),
    });
    expect(statSync(join(data, 'key')).mode & 0o777).toBe(0o600);
    expect(await stopWitness('SIGINT')).toBe(0);
    const [name] = readdirSync(data).filter((one) => one.endsWith('.log.ndjson'));
    const whole = readFileSync(join(data, name!), 'utf8');
    for (const damaged of [whole.slice(0, -80), whole.replace(/"version":\d/, '"version":9'), '', 'x\ny\n']) {
      writeFileSync(join(data, name!), damaged);
      expect(await cli.run('witness', '--port', '0', '--data', data)).toMatchObject({
        code: 3,
        stderr: expect.stringMatching(/is damaged: .* Restore it from a backup.* move it away/),
      });
    }
    writeFileSync(join(data, name!), whole);
    await startWitness(portOf());
  });

  it('answers what is malformed in words', async () => {
    const at = new Api(witness.url);
    const { log } = await known();
    const problem = (status: number, code: string, detail: RegExp) => ({
      status,
      body: { status, code, title: expect.any(String), detail: expect.stringMatching(detail) },
    });
    expect(await at.get(`/v1/logs/${'0'.repeat(64)}`)).toMatchObject(problem(404, 'log-unknown', /never/));
    expect(await at.get('/v1/logs/x')).toMatchObject(problem(400, 'invalid-request', /^path \/log/));
    expect(await at.get('/v2')).toMatchObject(problem(404, 'route-unknown', /GET \/v2/));
    const extend = `/v1/logs/${log}/extend`;
    expect(await at.post(extend, '{')).toMatchObject(problem(400, 'invalid-request', /./));
    expect(await at.post(extend, { checkpoint: 'a.b.c', part: 0, more: 1 })).toMatchObject(
      problem(400, 'invalid-request', /more/),
    );
    expect(await at.post(extend, { checkpoint: 'a.b.c', part: 1 })).toMatchObject(
      problem(412, 'begin-again', /first part/),
    );
    expect(await at.post(`/v1/logs/${log}/cosign`, { checkpoint: 'a.b.c', parts: 0 })).toMatchObject(
      problem(400, 'invalid-request', /no checkpoint/),
    );
    // announced only: it is refused at once, and what is still on its way would break the connection
    const headers = { 'content-type': 'application/json', 'content-length': 40_000_000 };
    const asked = request(witness.url + extend, { method: 'POST', headers }).on('error', () => undefined);
    asked.flushHeaders();
    const [answer] = (await once(asked, 'response')) as [IncomingMessage];
    const { statusCode: status } = answer;
    const body = JSON.parse((await answer.toArray()).join('')) as object;
    asked.destroy();
    expect({ status, body }).toMatchObject(problem(413, 'payload-too-large', /./));
  });

  it('says when its own key is gone: nobody knows the new one', async () => {
    const port = portOf();
    await stopWitness('SIGTERM');
    rmSync(join(data, 'key'));
    await startWitness(port);
    await until('it has said so', () =>
      /^\S+Z its own key is gone, and a new one was made: /.test(witness.err),
    );
    await stopWitness('SIGTERM');
    await startWitness(port);
    expect(witness.err).toBe('');
  });
});
