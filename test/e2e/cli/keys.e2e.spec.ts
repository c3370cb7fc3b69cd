import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Api, Cli, inc, ServerProcess, dropFolder } from '@conclave/processes';

// Keys that servers sign with come and go, and what they signed is judged by that.

const directory = mkdtempSync(join(tmpdir(), 'conclave-keys-'));
const file = (name: string) => join(directory, name);
const store = `sqlite:${file('conclave.db')}`;
let server: ServerProcess;
let api: Api;
let cli: Cli;
const keysNow = async () => (await api.get('/v1/keys')).body as { keys: { kid: string }[]; revoked: any[] };
const saveKeys = async () => {
  writeFileSync(file('keys.json'), JSON.stringify(await keysNow()));
  return file('keys.json');
};

beforeAll(async () => {
  server = await ServerProcess.start({ CONCLAVE_STORE: store });
  api = new Api(server.url);
  cli = new Cli({ CONCLAVE_URL: server.url, CONCLAVE_ACTOR: 'ana' });
  await api.put('/v1/groups/deploy/runners/a', { incarnation: inc('a'), ready: true });
});
afterAll(async () => {
  await server.kill();
  dropFolder(directory);
});

describe('signing keys', () => {
  it('rotate: the next signature is of another key, the one before stays good', async () => {
    const [{ kid: first }] = (await keysNow()).keys as [{ kid: string }];
    await cli.run('export', 'deploy', '--window', '..', '--out', file('old.ndjson'));
    await cli.run('prove', 'deploy', '--version', '1', '--out', file('proof.ndjson'));
    writeFileSync(file('head.txt'), (await cli.run('head')).stdout);
    expect(await cli.run('keys', 'rotate')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('--reason'),
    });
    const rotated = JSON.parse((await cli.run('keys', 'rotate', '--reason', 'yearly', '--json')).stdout);
    expect(rotated).toEqual({ kid: expect.not.stringMatching(first), replaces: first });
    expect((await cli.run('keys')).stdout.split('\n').slice(1, -1)).toEqual([
      `${first}\tof another server, or of before\t\t`,
      `${rotated.kid}\tthis server signs with it\t\t`,
    ]);
    await cli.run('export', 'deploy', '--window', '..', '--out', file('new.ndjson'));
    expect(JSON.parse(readFileSync(file('new.ndjson'), 'utf8').trim().split('\n').at(-1)!)).toMatchObject({
      key: { kid: rotated.kid },
    });
    for (const evidence of ['old.ndjson', 'new.ndjson'])
      expect(await cli.run('verify', '--file', file(evidence), '--keys', await saveKeys())).toMatchObject({
        code: 0,
        stdout: expect.stringContaining('one of your keys'),
      });
  });

  it('revoke: what it signed is worth nothing; not the one in use, nor one that there is not', async () => {
    const [{ kid: first }, { kid: second }] = (await keysNow()).keys as [{ kid: string }, { kid: string }];
    const refused = async (kid: string) =>
      (await cli.run('keys', 'revoke', kid, '--reason', 'stolen')).stderr;
    expect(await refused(second)).toContain('key-in-use');
    expect(await refused('nobodys')).toContain('key-unknown');
    const revoked = await cli.run('keys', 'revoke', first, '--reason', 'laptop stolen');
    expect(revoked).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/revoked[\s\S]*claimed:ana[\s\S]*laptop stolen/),
    });
    expect(await keysNow()).toMatchObject({
      keys: [{ kid: second }],
      revoked: [{ key: { kid: first }, since: null, actor: 'claimed:ana', reason: 'laptop stolen' }],
    });
    expect(await cli.run('verify', '--file', file('old.ndjson'), '--keys', await saveKeys())).toMatchObject({
      code: 1,
      stdout: expect.stringMatching(/NOT OK[\s\S]*was revoked by claimed:ana at .*: laptop stolen/),
    });
    expect(await cli.run('verify', '--file', file('new.ndjson'), '--keys', file('keys.json'))).toMatchObject({
      code: 0,
    });
    await cli.run('backup', file('whole.ndjson'));
    const against = ['--against', file('head.txt'), '--file', file('whole.ndjson')];
    for (const asked of [against, ['--file', file('proof.ndjson')]])
      expect(await cli.run('verify', ...asked, '--keys', file('keys.json'))).toMatchObject({
        code: 1,
        stdout: expect.stringMatching(
          /NOT OK: .* does not count: its key .* was revoked by claimed:ana at .*: laptop/,
        ),
      });
    const changed = readFileSync(file('head.txt'), 'utf8').trim();
    const ending = changed.endsWith('Q') ? 'A' : 'Q';
    const other = ['--against', `${changed.slice(0, -1)}${ending}`, '--file', file('whole.ndjson')];
    expect(await cli.run('verify', ...other, '--no-keys')).toMatchObject({
      code: 1,
      stdout: expect.stringContaining(`was changed: its signature is not of key ${first}, which it names`),
    });
  });

  it.each([null, 5, { keys: [5] }, { keys: [{}] }, { keys: [], revoked: [5] }, { keys: [], revoked: {} }])(
    'a file that holds no keys is named: %j',
    async (content) => {
      writeFileSync(file('no-keys.json'), JSON.stringify(content));
      const against = ['--against', file('head.txt'), '--file', file('whole.ndjson')];
      for (const asked of [against, ['--file', file('old.ndjson')], ['--file', file('proof.ndjson')]])
        expect(await cli.run('verify', ...asked, '--keys', file('no-keys.json'))).toMatchObject({
          code: 2,
          stderr: `conclave: keys "${file('no-keys.json')}" is no JWK set. Save what GET /v1/keys of your server answers.\n`,
        });
    },
  );

  it('revoked from a time on: what it signed before stays good', async () => {
    const before = new Date(Date.now() + 1).toISOString();
    const { replaces } = JSON.parse((await cli.run('keys', 'rotate', '--reason', 'again', '--json')).stdout);
    await cli.run('keys', 'revoke', replaces, '--since', before, '--reason', 'lost since');
    const verify = ['verify', '--file', file('new.ndjson'), '--keys', await saveKeys()];
    expect(await cli.run(...verify)).toMatchObject({ code: 0 });
  });

  it('commands within commands take the same options as others', async () => {
    for (const command of [
      ['keys', 'rotate'],
      ['log', 'accept'],
    ])
      expect(await cli.run(...command, '--reason', 'x', '--url', 'http://127.0.0.1:1')).toMatchObject({
        code: 4,
        stderr: expect.stringContaining('http://127.0.0.1:1 does not answer'),
      });
  });

  it('they outlive a restart, and the record of them is part of what is verified', async () => {
    const keys = await keysNow();
    await server.kill('SIGTERM');
    server = await ServerProcess.start({ CONCLAVE_STORE: store, CONCLAVE_PORT: server.port });
    expect(await keysNow()).toEqual(keys);
    await server.kill('SIGTERM');
    await cli.run('export', file('log.ndjson'), '--store', store);
    expect(await cli.run('verify', '--file', file('log.ndjson'))).toMatchObject({ code: 0 });
    const { Seal } = await import('@conclave/event-store');
    const seal = new Seal();
    const events = readFileSync(file('log.ndjson'), 'utf8').trim().split('\n').slice(1, -1);
    const forged = events.map((line) => JSON.parse(line) as { type: string; meta: { actor: string } });
    forged.find(({ type }) => type === 'SigningKeyRevoked')!.meta.actor = 'operator:mallory';
    const text = seal.line({ export: 2 }) + forged.map((event) => seal.line(event)).join('');
    writeFileSync(
      file('forged.ndjson'),
      `${text}${JSON.stringify({ events: forged.length, footer: true, sha256: seal.sha256 })}\n`,
    );
    expect(await cli.run('verify', '--file', file('forged.ndjson'))).toMatchObject({
      code: 1,
      stdout: expect.stringContaining('its hash does not fit'),
    });
  });
});
