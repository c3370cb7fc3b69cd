import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, renameSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Api, Cli, ServerProcess, until, dropFolder } from '@conclave/processes';
import { startEsdbDouble, type EsdbDouble } from '@conclave/testing';

let directory: string;
let double: EsdbDouble;
let running: ServerProcess[];
beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'conclave-rights-'));
  double = await startEsdbDouble();
  running = [];
});
afterEach(async () => {
  await Promise.all(running.map((server) => server.kill()));
  await double.stop();
  dropFolder(directory);
});
const started = async (environment: Record<string, string>) => {
  const server = await ServerProcess.start(environment, directory);
  running.push(server);
  return { server, api: new Api(server.url) };
};

describe('a store that does not let us in', () => {
  it('stops the start with what to do, unless it is to be waited for', async () => {
    const secure = `esdb://127.0.0.1:${double.port}`; // the double speaks no TLS
    const { code, stderr } = await ServerProcess.refused({
      CONCLAVE_STORE: secure,
      CONCLAVE_LOG_LEVEL: 'fatal',
    });
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: expect.stringMatching(
        /^conclave: EventStoreDB does not speak TLS there .*Add tls=false if it runs insecure\.\n$/,
      ),
    });
    const asked = await new Cli().run('export', join(directory, 'x.ndjson'), '--store', secure);
    // and nothing of Node's about a name that is an IP address
    expect(asked).toMatchObject({
      code: 3,
      stderr: expect.stringMatching(/^conclave: EventStoreDB does not speak/),
    });
    const { api } = await started({
      CONCLAVE_STORE: secure,
      CONCLAVE_WAIT_FOR_STORE: 'true',
      CONCLAVE_LOG_LEVEL: 'fatal',
    });
    const { status, body } = await api.get('/readyz');
    expect({ status, reasons: body.reasons.join() }).toEqual({
      status: 503,
      reasons: expect.stringContaining('Add tls=false'),
    });
  });

  it('is told by /readyz within two seconds when it denies our writes, and again when it allows them', async () => {
    const { api } = await started({ CONCLAVE_STORE: double.connectionString, CONCLAVE_LOG_LEVEL: 'fatal' });
    double.faults.appendsDenied = true;
    const startMs = performance.now();
    const reasons = await until('not ready', async () => {
      const { status, body } = await api.get('/readyz');
      return status === 503 ? (body.reasons as string[]).join() : null;
    });
    expect(performance.now() - startMs).toBeLessThan(10_000); // about one; a slow machine is no failure
    expect(reasons).toMatch(
      /this server cannot write: EventStoreDB denied access for appending to "presence"/,
    );
    double.faults.appendsDenied = false;
    await until('ready again', async () => (await api.get('/readyz')).status === 200);
  });
});

describe('secrets', () => {
  it('come from files; a new password or option changes nothing of what is kept', async () => {
    const file = (name: string, text: string) => {
      writeFileSync(join(directory, name), text);
      return join(directory, name);
    };
    const place = `esdb://127.0.0.1:${double.port}`;
    const first = await started({
      CONCLAVE_STORE: '',
      CONCLAVE_STORE_FILE: file('store', `${place}?tls=false\n`),
      CONCLAVE_STORE_USER: 'ana',
      CONCLAVE_STORE_PASSWORD_FILE: file('password', 's:e/c@\n'),
    });
    const { keys } = (await first.api.get('/v1/keys')).body;
    expect(`${first.server.readyLine} ${first.server.stderr}`).not.toContain('s:e');
    await first.server.kill('SIGTERM');
    const other = `esdb://bob:other@127.0.0.1:${double.port}?tls=false&nodePreference=random`;
    const second = await started({ CONCLAVE_STORE: other });
    expect((await second.api.get('/v1/keys')).body.keys).toEqual(keys);
    const kept = () => readdirSync(join(directory, 'data')).filter((name) => name.endsWith('.key'));
    const [name] = kept();
    expect(kept()).toEqual([name]);
    await second.server.kill('SIGTERM');
    // as it was named when user, password and options were part of the name: found, and moved
    const old = `esdb-${createHash('sha256').update(`${other}\nconclave.`).digest('hex').slice(0, 12)}.key`;
    renameSync(join(directory, 'data', name!), join(directory, 'data', old));
    const third = await started({ CONCLAVE_STORE: other });
    expect((await third.api.get('/v1/keys')).body.keys).toEqual(keys);
    expect(kept()).toEqual([name]);
  });

  it('in --store are refused: everybody who lists processes would see them', async () => {
    const cli = new Cli();
    for (const command of [
      ['export', join(directory, 'x.ndjson')],
      ['verify', '--all'],
    ]) {
      const { code, stderr } = await cli.run(...command, '--store', 'esdb://u:secret@127.0.0.1:1');
      expect({ code, stderr }).toEqual({
        code: 2,
        stderr: expect.stringMatching(/^conclave: a password in --store is seen by everybody/),
      });
      expect(stderr).not.toContain('secret');
    }
  });
});
