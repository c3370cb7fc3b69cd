import { expect, it } from '@jest/globals';
import {
  Access,
  accessFrom,
  changeTokens,
  makeToken,
  ReloadedFile,
  tokensFrom,
  type AccessFile,
} from '@conclave/access';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

it('what rules say that changed while an issuer was asked counts no more', async () => {
  const { privateKey, publicKey } = await generateKeyPair('ES256');
  const keys = JSON.stringify({ keys: [await exportJWK(publicKey)] });
  let answer: () => void = () => undefined;
  const server = createServer((_, response) => (answer = () => void response.end(keys))).listen(0);
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const rulesFor = (role: string): AccessFile =>
    accessFrom(
      JSON.stringify({
        issuers: [
          { issuer: 'https://ours', audience: 'conclave', keys: url, grants: [{ role, groups: ['*'] }] },
        ],
      }),
    );
  const rules = { current: rulesFor('admin'), generation: 0, look: () => false };
  const access = new Access({
    tokens: null,
    rules: rules as unknown as ReloadedFile<AccessFile>,
    runnerKeys: () => [],
    nowMs: Date.now,
    reporter: { warn: () => undefined },
  });
  const token = await new SignJWT({})
    .setProtectedHeader({ alg: 'ES256' })
    .setIssuer('https://ours')
    .setAudience('conclave')
    .setSubject('ana')
    .setExpirationTime('1h')
    .sign(privateKey);
  const roles = async () => {
    const { grants } = await access.callerOf({ authorization: `Bearer ${token}`, certificate: null });
    return grants.map(({ role }) => role);
  };
  const asked = once(server, 'request');
  const before = roles();
  await asked;
  Object.assign(rules, { current: rulesFor('consumer'), generation: 1 });
  const other = access.callerOf({ authorization: 'Bearer x', certificate: null }); // somebody asks by the new ones
  await expect(other).rejects.toThrow('neither one of Conclave nor a JWT');
  answer();
  expect(await before).toEqual(['consumer']);
  expect(await roles()).toEqual(['consumer']);
  server.close();
  server.closeAllConnections();
});

it('signed credentials are remembered for as long as they need no check, not for as long as there is room', async () => {
  const { privateKey, publicKey } = await generateKeyPair('ES256');
  const keys = JSON.stringify({ keys: [await exportJWK(publicKey)] });
  const server = createServer((_, response) => void response.end(keys)).listen(0);
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const current = accessFrom(
    JSON.stringify({
      issuers: [
        {
          issuer: 'https://ours',
          audience: 'conclave',
          keys: url,
          grants: [{ role: 'runner', groups: ['*'] }],
        },
      ],
    }),
  );
  let nowMs = Date.now();
  const access = new Access({
    tokens: null,
    rules: { current, generation: 0, look: () => false } as unknown as ReloadedFile<AccessFile>,
    runnerKeys: () => [],
    nowMs: () => nowMs,
    reporter: { warn: () => undefined },
  });
  for (let job = 0; job < 30; job++) {
    const token = await new SignJWT({})
      .setProtectedHeader({ alg: 'ES256' })
      .setIssuer('https://ours')
      .setAudience('conclave')
      .setSubject(`job-${job}`)
      .setExpirationTime('1h')
      .sign(privateKey);
    await access.callerOf({ authorization: `Bearer ${token}`, certificate: null });
    nowMs += 1_000;
  }
  expect(access['proved'].size).toBe(10);
  server.close();
  server.closeAllConnections();
});

it('a token counts as soon as it is made, though the file was looked at a moment ago', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'conclave-access-'));
  const file = join(folder, 'tokens.json');
  const about = {
    grants: [{ role: 'admin' as const, groups: ['*'] }],
    expiresAt: null,
    createdAt: new Date(0).toISOString(),
  };
  const make = (name: string) =>
    changeTokens(file, (tokens) => {
      const { token, kept } = makeToken({ ...about, name });
      tokens.set(kept.id, kept);
      return token;
    });
  const reporter = { warn: () => undefined };
  const tokens = new ReloadedFile(file, (text) => (text === '' ? new Map() : tokensFrom(text)), reporter, {
    mayLack: true,
  });
  const access = new Access({ tokens, rules: null, runnerKeys: () => [], nowMs: Date.now, reporter });
  const nameOf = (token: string) =>
    access.callerOf({ authorization: `Bearer ${token}`, certificate: null }) as { name: string };
  expect(nameOf(await make('ana'))).toMatchObject({ name: 'ana' });
  expect(nameOf(await make('ben'))).toMatchObject({ name: 'ben' });
  expect(() => nameOf(makeToken({ ...about, name: 'eve' }).token)).toThrow('there is no such token');
  rmSync(folder, { recursive: true });
});
