import { describe, expect, it } from '@jest/globals';
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { Agent } from 'node:https';
import { join } from 'node:path';
import { until } from '@conclave/processes';
import type { Pem } from '../authority.fixture.js';
import { TlsServed } from '../tls.fixture.js';

describe('certificates of clients, while the server serves', () => {
  const tls = new TlsServed();

  it('what clients are vouched for by: an empty file is no reason to trust everybody; a new one counts at once', async () => {
    const shows = tls.operator;
    const trusted = readFileSync(tls.ours.caFile, 'utf8');
    const file = join(tls.folder, 'clients.pem');
    renameSync(tls.ours.caFile, file);
    writeFileSync(tls.ours.caFile, '');
    const said = tls.server.stderr.length;
    await until('it is said', () => tls.server.stderr.slice(said).includes('holds no certificate'));
    renameSync(file, tls.ours.caFile);
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    expect((await tls.ask('/v1/groups', { shows, agent })).status).toBe(200);
    const ca = readFileSync(tls.ours.caFile); // for this client, who trusts the server as before
    writeFileSync(tls.ours.caFile, readFileSync(tls.theirs.caFile));
    await until('it counts no more, on the connection that it had', async () => {
      const asked = tls.ask('/v1/groups', { shows, agent, ca });
      return (await asked.catch(() => ({ status: 0 }))).status === 401;
    });
    agent.destroy();
    expect((await tls.ask('/v1/groups', { shows: tls.stranger, ca })).status).toBe(200);
    writeFileSync(tls.ours.caFile, trusted);
    await until('as before', async () => (await tls.ask('/v1/groups', { shows })).status === 200);
  });

  it('a list of revoked certificates beside the authority counts, also on connections that there are; not one that is over', async () => {
    const { caFile } = tls.ours;
    const trusted = readFileSync(caFile, 'utf8').trim(); // of which `cat` makes one line of two
    const ca = trusted; // for this client
    const fired = await tls.ours.client('fired', { CN: 'bob', O: 'acme', OU: 'operators' });
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const asking = async (shows: Pem, more = {}) =>
      (await tls.ask('/v1/groups', { shows, ca, ...more }).catch(() => null))?.status;
    expect(await asking(fired, { agent })).toBe(200);
    const listed = (hours: number) =>
      writeFileSync(
        caFile,
        `${trusted}${tls.ours.revoked([fired], new Date(Date.now() + hours * 3_600_000))}`,
      );
    listed(1);
    await until('it counts no more', async () => (await asking(fired, { agent })) === 401);
    expect(await tls.ask('/v1/groups', { shows: fired, ca })).toMatchObject({
      status: 401,
      body: { detail: 'the client certificate does not count: CERT_REVOKED.' },
    });
    expect(await asking(tls.operator)).toBe(200);
    writeFileSync(caFile, readFileSync(caFile, 'utf8').slice(0, -30)); // a full disk
    await until('it is said', () => tls.server.stderr.includes('a list that is cut off'));
    expect(await asking(fired)).toBe(401);
    listed(-1);
    await until('nobody counts', async () => (await asking(tls.operator)) === 401);
    agent.destroy();
    writeFileSync(caFile, trusted);
    await until('as before', async () => (await asking(fired)) === 200);
  });
});
