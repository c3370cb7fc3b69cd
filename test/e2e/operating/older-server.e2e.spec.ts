import { once } from 'node:events';
import { mkdtempSync, readdirSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Cli, dropFolder } from '@conclave/processes';

// Replies gain fields: those of a server of before lack some (these are of one of 2026-11-25).

const term = { term: 1, runner: 'a', from: '2026-11-25T12:00:00.000Z', to: '2026-11-25T12:00:03.000Z' };
const durations = { count: 0, meanMs: null, maxMs: null };
const ANSWERS: Record<string, object> = {
  '/v1/keys': { keys: [{ kty: 'OKP', crv: 'Ed25519', x: 'AA', kid: 'one' }] },
  '/v1/groups/deploy': {
    ...{ group: 'deploy', state: 'leaderless', paused: false, term: 2, leader: null, successor: null },
    ...{ why: 'runner "a" is silent', version: 15, position: '31', pin: null, pause: null, verdicts: [] },
    settings: {
      strategy: 'oldest',
      failback: 'never',
      failover: 'lease',
      leaseMs: 3_000,
      heartbeatMs: 1_000,
    },
    runners: { pending: 0, active: 0, silent: 1 },
  },
  '/v1/groups/deploy/runners': {
    runners: [
      {
        ...{ group: 'deploy', runner: 'a', incarnation: '002e0e0b-ceef-4261-970d-6a7b434d4298' },
        ...{ status: 'silent', role: 'standby', platform: null, labels: {}, priority: 0, seniority: 2 },
        ...{ registeredAt: term.from, lastSeenAt: term.to, taints: [] },
      },
    ],
    version: 15,
  },
  '/v1/groups/deploy/tenures': {
    tenures: [
      { ...term, ms: 3_000, endCause: 'released', handoverMs: null, leaderlessAfterMs: 2_000, lostTerms: 0 },
    ],
    next: null,
    availability: {
      ...{ from: term.from, to: '2026-11-25T12:00:05.000Z', terms: 1, changes: 0, changesPerDay: 0 },
      ...{
        ledMs: 3_000,
        handoverMs: 0,
        leaderlessMs: 2_000,
        beforeFirstMs: 0,
        openVacancies: 1,
        ledShare: 0.6,
      },
      ...{ leaderlessByCause: { released: 2_000 }, recovery: durations, handover: durations },
    },
  },
};

const folder = mkdtempSync(join(tmpdir(), 'conclave-older-server-'));
const server = createServer(({ url }, reply) => {
  const { pathname } = new URL(url!, 'http://older');
  if (pathname === '/v1/groups/deploy/evidence') {
    const lines = '{"group":"deploy","evidence":1}\n{"footer":true}\n';
    return void reply.writeHead(200, { 'content-type': 'application/x-ndjson' }).end(lines);
  }
  const answer = ANSWERS[pathname];
  reply.writeHead(answer ? 200 : 404, { 'content-type': 'application/json' });
  reply.end(JSON.stringify(answer ?? { code: 'route-unknown', detail: `there is no route ${pathname}` }));
});
let cli: Cli;
beforeAll(async () => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  cli = new Cli({ CONCLAVE_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }, folder);
});
afterAll(() => {
  server.close();
  dropFolder(folder);
});

describe('a command line that is newer than its server', () => {
  it('tells what it is told', async () => {
    expect(await cli.run('keys')).toMatchObject({ code: 0, stdout: expect.stringContaining('one\tvalid') });
    expect(await cli.run('group', 'deploy')).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^a\tsilent\tstandby/m),
    });
    expect(await cli.run('tenures', 'deploy')).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('leaderless 2.0 s (after released 2.0 s), also at its end'),
    });
  });

  it('keeps evidence that it cannot read, under a name that no command removes', async () => {
    expect(await cli.run('export', 'deploy', '--window', '..')).toMatchObject({
      code: 3,
      stderr: expect.stringMatching(
        /kept as ".*\.refused", is not what the server signed: line 1 is not written/,
      ),
    });
    expect(readdirSync(folder)).toEqual([expect.stringMatching(/^deploy\.evidence\.ndjson\..*\.refused$/)]);
  });
});
