import { afterAll, describe, expect, it } from '@jest/globals';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { Agent } from 'node:https';
import { connect } from 'node:net';
import { dirname, join } from 'node:path';
import { Runner } from '@conclave/runner-sdk';
import { inc, refusalsAmong, ServerProcess, until } from '@conclave/processes';
import { TlsServed } from './tls.fixture.js';
import { bearer } from './tokens.fixture.js';

describe('TLS', () => {
  const tls = new TlsServed();
  const runners: Runner[] = [];
  afterAll(async () => void (await Promise.all(runners.map(async (runner) => runner.stop()))));
  const serial = async () => (await tls.ask('/healthz')).serial;

  it('the server speaks it, and says so', async () => {
    expect(tls.server.readyLine).toMatch(/^conclave listening on https:\/\/127\.0\.0\.1:\d+ /);
    expect(await tls.ask('/healthz')).toMatchObject({ status: 200 });
    await expect(tls.ask('/healthz', { ca: [] })).rejects.toThrow(/self-signed certificate/);
    await expect(fetch(tls.server.url.replace('https', 'http'))).rejects.toThrow(/fetch failed/);
  });

  it('whoever does not come to the end of a handshake is cut off as one who sends no request', async () => {
    const { cert, key } = tls.files;
    const [CONCLAVE_TLS_CERT, CONCLAVE_TLS_KEY, CONCLAVE_BODY_TIMEOUT_MS] = [cert, key, '500'];
    const server = await ServerProcess.start({
      CONCLAVE_TLS_CERT,
      CONCLAVE_TLS_KEY,
      CONCLAVE_BODY_TIMEOUT_MS,
    });
    const silent = connect(Number(server.port), '127.0.0.1').on('error', () => undefined);
    await once(silent, 'close');
    await server.kill('SIGTERM');
  });

  it("the image's health check asks over it, wherever it was set; where nobody is it says no", async () => {
    const exitOf = async (port: string) =>
      (
        await once(spawn(process.execPath, ['deploy/healthy.mjs'], { env: { CONCLAVE_PORT: port } }), 'exit')
      )[0];
    expect(await exitOf(tls.server.port)).toBe(0);
    expect(await exitOf('1')).toBe(1);
  });

  it('a client certificate is who its subject says, and may what is granted for that', async () => {
    const { status, body } = await tls.ask('/v1/groups/deploy', {
      shows: tls.operator,
      body: { drainMs: 5 },
    });
    expect(status).toBe(201);
    expect(body.events[0].meta).toMatchObject({
      actor: 'operator:ana',
      auth: {
        kind: 'certificate',
        subject: expect.stringContaining('CN=ana'),
        issuer: expect.stringContaining('CN=ours'),
      },
    });
    const runner = { incarnation: inc('r1') };
    const register = async (id: string) =>
      (await tls.ask(`/v1/groups/deploy/runners/${id}`, { shows: tls.runnerFiles, body: runner })).status;
    expect(await register('r1')).toBe(201);
    expect(await register('r2')).toBe(403);
    expect(
      (await tls.ask('/v1/groups/deploy', { shows: tls.runnerFiles, body: { drainMs: 6 } })).status,
    ).toBe(403);
    const nobody = await tls.ours.client('nobody', { CN: 'nobody', O: 'other' });
    expect((await tls.ask('/v1/groups', { shows: nobody })).status).toBe(403);
    const nameless = await tls.ours.client('nameless', { O: 'acme', OU: 'operators' });
    expect((await tls.ask('/v1/groups', { shows: nameless })).status).toBe(401);
  });

  it('one of another authority, or one that is over, does not count, also on a connection that is used again', async () => {
    const late = await tls.ours.client(
      'late',
      { CN: 'ana', O: 'acme', OU: 'operators' },
      new Date(Date.now() - 1_000),
    );
    for (const shows of [tls.stranger, late]) {
      const agent = new Agent({ keepAlive: true, maxSockets: 1 });
      for (let n = 0; n < 3; n++)
        expect(await tls.ask('/v1/groups', { shows, agent })).toMatchObject({
          status: 401,
          body: { code: 'unauthenticated', detail: expect.stringContaining('does not count') },
        });
      agent.destroy();
    }
    // a token does not help a certificate, nor the other way round: it is what counts if it is there
    expect((await tls.ask('/v1/groups', { shows: tls.stranger, headers: bearer(tls.token) })).status).toBe(
      200,
    );
    const bad = { authorization: 'Bearer nonsense' };
    expect((await tls.ask('/v1/groups', { shows: tls.operator, headers: bad })).status).toBe(401);
  });

  it('without a certificate a token will do, and nothing will not', async () => {
    expect((await tls.ask('/v1/groups', { headers: bearer(tls.token) })).status).toBe(200);
    expect(await tls.ask('/v1/groups')).toMatchObject({ status: 401, body: { code: 'unauthenticated' } });
  });

  it('a runner of the SDK leads with its certificate', async () => {
    const runner = new Runner({
      url: tls.server.url,
      group: 'deploy',
      id: 'r1',
      ca: tls.ours.caFile,
      ...tls.runnerFiles,
      incarnation: inc('r1'),
      signals: [],
    });
    runners.push(runner);
    const problems: string[] = [];
    runner.on('problem', ({ message }) => problems.push(message));
    runner.start();
    await until('it leads', () => runner.mayProcess());
    expect(refusalsAmong(problems)).toEqual([]);
    const { body } = await tls.ask('/v1/groups/deploy/leader', { shows: tls.operator });
    expect(body.leader.runner).toBe('r1');
  });

  it('a runner of the SDK shows its renewed certificate', async () => {
    const subject = { CN: 'r2', O: 'acme', OU: 'runners' };
    const ends = new Date(Date.now() + 4_000);
    const files = await tls.ours.client('r2', subject, ends);
    const about = { url: tls.server.url, group: 'deploy', id: 'r2', ca: tls.ours.caFile, ...files };
    const runner = new Runner({ ...about, incarnation: inc('r2'), signals: [] });
    runners.push(runner);
    const problems: string[] = [];
    runner.on('problem', ({ message }) => problems.push(message));
    runner.start();
    await until('it stands by', () => runner.status === 'standby');
    await tls.ours.client('r2', subject);
    await until('the first one is over', () => Date.now() > ends.getTime() + 1_500);
    const path = '/v1/groups/deploy/runners';
    const heard = async () =>
      (await tls.ask(path, { shows: tls.operator })).body.runners.find((one: any) => one.runner === 'r2')
        .lastSeenAt;
    await until('it is heard', async () => Date.parse(await heard()) > ends.getTime() + 1_000);
    expect(refusalsAmong(problems)).toEqual([]);
  });

  it('a renewed certificate is taken without a restart; what cannot be used leaves the one before', async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const before = (await tls.ask('/healthz', { agent })).serial;
    tls.ours.write('server', await tls.ours.server());
    const after = await until('the new one is shown', async () => {
      const now = await serial();
      return now !== before && now;
    });
    expect((await tls.ask('/v1/groups', { agent, headers: bearer(tls.token) })).serial).toBe(before);
    agent.destroy();
    expect((await tls.ask('/v1/groups', { shows: tls.operator })).status).toBe(200);
    expect((await tls.ask('/v1/groups', { shows: tls.stranger })).status).toBe(401);
    expect(runners[0]!.mayProcess()).toBe(true);

    writeFileSync(tls.files.cert, 'no certificate');
    await until('it is said', () => tls.server.stderr.includes('the one before stays'));
    expect(await serial()).toBe(after);
    const { cert, key } = await tls.ours.server();
    writeFileSync(tls.files.cert, cert); // its key comes a while later
    await until('that is said, too', () => tls.server.stderr.split('the one before stays').length === 3);
    expect(await serial()).toBe(after);
    writeFileSync(tls.files.key, key);
    const both = await until('both fit', async () => {
      const now = await serial();
      return now !== after && now;
    });
    const folder = dirname(tls.files.cert);
    renameSync(folder, `${folder}-away`);
    symlinkSync(folder, folder); // cannot be looked into
    const said = () => tls.server.stderr.split('the one before stays').length;
    await until('that it cannot be read is said', () => said() === 4);
    rmSync(folder);
    renameSync(`${folder}-away`, folder);
    expect(await serial()).toBe(both);

    const [whole, wholeKey] = [tls.files.cert, tls.files.key].map((file) => readFileSync(file));
    for (const file of [tls.files.cert, tls.files.key]) writeFileSync(file, ''); // a full disk
    await until('that they are empty is said', () => said() > 4);
    expect(await serial()).toBe(both);
    writeFileSync(tls.files.cert, whole!);
    writeFileSync(tls.files.key, wholeKey!);
  });

  it('a server whose files cannot be used does not start, and says which variable', async () => {
    const other = tls.ours.write('other', await tls.ours.server());
    const empty = join(tls.folder, 'empty.pem');
    writeFileSync(empty, '');
    for (const [cert, key] of [
      [join(tls.folder, 'none'), other.key],
      [tls.ours.caFile, other.key],
      [other.key, other.key],
      [empty, empty],
      [other.cert, empty],
    ] as const) {
      const { code, stderr } = await ServerProcess.refused({
        CONCLAVE_TLS_CERT: cert,
        CONCLAVE_TLS_KEY: key,
        CONCLAVE_LOG_LEVEL: 'fatal',
      });
      expect({ code, stderr }).toEqual({
        code: 1,
        stderr: expect.stringMatching(/^conclave: wrong configuration: TLS: .+\n$/),
      });
      if (key === other.key && cert === tls.ours.caFile)
        expect(stderr).toContain(`"${cert}": that must be the server's own, and those between`);
    }
  });
});
