import { afterAll, describe, expect, it } from '@jest/globals';
import { createHash } from 'node:crypto';
import { deserialize } from 'node:v8';
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Api, inc, ServerProcess, dropFolder } from '@conclave/processes';

const directory = mkdtempSync(join(tmpdir(), 'conclave-snapshot-'));
const file = join(directory, 'conclave.db');
const environment = { CONCLAVE_STORE: `sqlite:${file}`, CONCLAVE_LOG_LEVEL: 'info' };
afterAll(() => dropFolder(directory));

const withoutLease = (runner: unknown): unknown =>
  typeof runner === 'object' ? { ...runner, lease: undefined } : runner;

/** Everything that clients can see, but for what time changes. */
async function seen(api: Api): Promise<unknown> {
  const bodies = await Promise.all(
    [
      '/v1/groups/g',
      '/v1/groups/g/runners',
      '/v1/groups/g/tenures',
      '/v1/groups',
      '/v1/groups/g/history?limit=5',
      '/v1/groups/g/at?version=4',
      '/v1/groups/h3/at?version=60',
      '/v1/groups/h3/verify',
      '/v1/keys',
    ].map((path) => api.get(path)),
  );
  // their window ends now, the log grows by signs of life, and leases go on
  const untimed = { availability: undefined, position: undefined };
  return bodies.map(({ body }) => ({
    ...body,
    ...untimed,
    ...(body.runners && { runners: Object.values(body.runners).map((one) => withoutLease(one)) }),
  }));
}

/** The same file without what is kept under a name. */
function without(name: string, bytes: Buffer): Buffer {
  const left: Buffer[] = [];
  for (let at = 0; at < bytes.length - 32;) {
    const end = at + 4 + bytes.readUInt32LE(at);
    const [path] = deserialize(bytes.subarray(at + 4, end)) as [path: string[]];
    if (path.at(-1) !== name) left.push(bytes.subarray(at, end));
    at = end;
  }
  const body = Buffer.concat(left);
  return Buffer.concat([body, createHash('sha256').update(body).digest()]);
}

describe('start from a snapshot', () => {
  it('is the same as reading the whole log; a damaged or foreign snapshot is ignored', async () => {
    const first = await ServerProcess.start(environment);
    const api = new Api(first.url);
    for (const id of ['a', 'b'])
      await api.put(`/v1/groups/g/runners/${id}`, { incarnation: inc(id), ready: true });
    expect(
      (await api.post('/v1/groups/g/runners/a/heartbeat', { incarnation: inc('a'), sequence: 7, term: 1 }))
        .body.leaseMs,
    ).toBe(15_000);
    for (let n = 0; n < 1_000; n += 50) {
      await Promise.all(
        Array.from({ length: 50 }, (_, k) => api.put(`/v1/groups/h${(n + k) % 10}`, { drainMs: n + k })),
      );
    }
    const before = await seen(api);
    expect(await first.kill('SIGTERM')).toBe(0);
    expect(existsSync(`${file}.snapshot`)).toBe(true);

    const second = await ServerProcess.start({ ...environment, CONCLAVE_PORT: first.port });
    expect(second.stderr).toContain('restored a snapshot');
    expect(await seen(new Api(second.url))).toEqual(before);
    // the lease table came with it: the sequence is remembered, the term goes on
    expect(
      (await api.post('/v1/groups/g/runners/a/heartbeat', { incarnation: inc('a'), sequence: 7, term: 1 }))
        .body.code,
    ).toBe('beat-stale');
    expect(
      (await api.post('/v1/groups/g/runners/a/heartbeat', { incarnation: inc('a'), sequence: 8, term: 1 }))
        .body.leaseMs,
    ).toBe(15_000);
    const after = (await seen(api)) as { runners?: unknown }[];
    await second.kill();

    const bytes = readFileSync(`${file}.snapshot`);
    bytes[bytes.length - 1]! ^= 1;
    writeFileSync(`${file}.snapshot`, bytes);
    const third = await ServerProcess.start({ ...environment, CONCLAVE_PORT: first.port });
    expect(third.stderr).not.toContain('restored a snapshot');
    const refolded = (await seen(api)) as { runners?: unknown }[];
    delete refolded[1]!.runners; // lastSeenAt: what the log holds may be older than what a server heard
    delete after[1]!.runners;
    expect(refolded).toEqual(after);
    await third.kill();
  });

  it.each([
    ['named', 7],
    ['heads', 8],
    ['unreadable', 9],
  ])('one of a build that did not keep "%s" keeps no server from starting', async (name, more) => {
    const first = await ServerProcess.start(environment);
    const api = new Api(first.url);
    for (let n = 0; n < 1_000; n += 50) {
      await Promise.all(
        Array.from({ length: 50 }, (_, k) => api.put(`/v1/groups/h${k}`, { drainMs: n + more })),
      );
    }
    const before = (await seen(api)) as { runners?: unknown }[];
    expect(await first.kill('SIGTERM')).toBe(0);
    writeFileSync(`${file}.snapshot`, without(name, readFileSync(`${file}.snapshot`)));

    const second = await ServerProcess.start({ ...environment, CONCLAVE_PORT: first.port });
    expect(second.stderr).toContain('.snapshot\\" cannot be used here and was emptied');
    expect(second.stderr).not.toContain('restored a snapshot');
    const after = (await seen(api)) as { runners?: unknown }[];
    for (const one of [before, after]) delete one[1]!.runners; // lastSeenAt, as above
    expect(after).toEqual(before);
    expect((await api.get('/readyz')).status).toBe(200);
    expect(await second.kill('SIGTERM')).toBe(0);
  });
});
