import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { request } from 'node:https';
import { EventStoreDBClient } from '@eventstore/db-client';
import { START } from '@conclave/event-store';
import { EsdbEventStore } from '@conclave/event-store-esdb';
import { anEvent, collect, credentialsOf } from '@conclave/testing';

// What docs/eventstoredb.md says Conclave's user needs, tried on a server with TLS and users:
// ESDB_URL=esdb://admin:password@host:2113?tlsCAFile=ca.crt npm run test:esdb
const url = process.env.ESDB_URL ?? '';
const isSecure = url.includes('@') && !url.includes('tls=false');
const credentials = credentialsOf(url);
const run = randomUUID().slice(0, 8);
const user = `conclave-${run}`;
const RIGHTS = {
  readRoles: 'reading',
  writeRoles: 'appending to',
  metaReadRoles: 'reading',
  metaWriteRoles: 'writing',
} as const;
type Right = keyof typeof RIGHTS;

async function createUser(): Promise<void> {
  const [, host, port = '2113'] = /@([^:/?]+)(?::(\d+))?/.exec(url)!;
  const ca = readFileSync(/tlsCAFile=([^&]+)/i.exec(url)![1]!);
  const body = JSON.stringify({ loginName: user, fullName: user, groups: [], password: 'secret' });
  const status = await new Promise<number | undefined>((resolve, reject) => {
    request(
      {
        host,
        port,
        ca,
        path: '/users/',
        method: 'POST',
        auth: `${credentials.username}:${credentials.password}`,
        headers: { 'content-type': 'application/json' },
      },
      (answer) => {
        answer.resume().on('end', () => resolve(answer.statusCode));
      },
    )
      .on('error', reject)
      .end(body);
  });
  expect(status).toBe(201);
}

(isSecure ? describe : describe.skip)('the least rights, on a real server with TLS and users', () => {
  let admin: EventStoreDBClient;
  let store: EsdbEventStore;
  let stream = '';
  const prefix = `rights-${run}.`;
  const both = ['$admins', user];
  const allow = async (name: string, without?: Right) => {
    const acl = {
      readRoles: both,
      writeRoles: both,
      metaReadRoles: both,
      metaWriteRoles: both,
      deleteRoles: ['$admins'],
    };
    await admin.setStreamMetadata(
      name,
      { acl: { ...acl, ...(without && { [without]: ['$admins'] }) } },
      { credentials },
    );
  };
  const follow = async () => {
    for await (const item of store.subscribe(START, new AbortController().signal))
      if (item.type === 'caught-up') return;
  };
  beforeAll(async () => {
    admin = EventStoreDBClient.connectionString(url);
    await createUser();
    store = await EsdbEventStore.open({
      connectionString: url.replace(/\/\/[^@]*@/, `//${user}:secret@`),
      prefix,
    });
  });
  afterAll(async () => {
    await store.close();
    await admin.setStreamMetadata('$all', { acl: { readRoles: ['$admins'] } }, { credentials });
    await admin.dispose();
  });

  it('without $all nothing can be followed', async () => {
    await admin.setStreamMetadata('$all', { acl: { readRoles: ['$admins'] } }, { credentials });
    await expect(follow()).rejects.toMatchObject({
      code: 'store-unusable',
      message: expect.stringMatching(
        /denied access for following "\$all": the user lacks a right.*\$r \$w \$mr \$mw/,
      ),
    });
  });

  it('these suffice; to delete is not among them', async () => {
    await admin.setStreamMetadata('$all', { acl: { readRoles: both } }, { credentials });
    await allow(`${prefix}all`);
    await store.append('all', 0, [anEvent()]);
    await store.publish('all', anEvent());
    await store.expire('all', 3_600_000);
    expect(await collect(store.read('all'))).toHaveLength(2);
    await follow();
    await expect(
      admin.deleteStream(`${prefix}all`, { credentials: { username: user, password: 'secret' } }),
    ).rejects.toMatchObject({ type: 'access-denied' });
  });

  it.each(Object.entries(RIGHTS))('each is needed: without %s', async (right, what) => {
    stream = right;
    await allow(prefix + stream, right as Right);
    const all = async () => {
      await store.append(stream, 0, [anEvent()]);
      await collect(store.read(stream));
      await store.expire(stream, 3_600_000);
    };
    await expect(all()).rejects.toMatchObject({
      code: 'store-unusable',
      message: expect.stringContaining(`denied access for ${what}`),
    });
  });

  it('a wrong password is called that', async () => {
    const wrong = await EsdbEventStore.open({
      connectionString: url.replace(/\/\/[^@]*@/, `//${user}:wrong@`),
      prefix,
    });
    await expect(wrong.append('all', 2, [anEvent()])).rejects.toMatchObject({
      code: 'store-unusable',
      message: expect.stringContaining('does not know this user, or the password is wrong'),
    });
    await wrong.close();
  });
});
