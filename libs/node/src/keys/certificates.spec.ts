import { expect, it } from '@jest/globals';
import { compactVerify, decodeProtectedHeader, importJWK } from 'jose';
import { Certificates } from './certificates.js';
import { signingKey } from './signing-key.js';

const logger = { debug() {}, info() {}, warn() {}, error() {}, fatal() {} };
const holder = { group: 'g', runner: 'ü "a"', incarnation: '00000000-0000-4000-8000-000000000001' };
const grant = { term: 7, leaseMs: 10_000, heartbeatMs: 1_000 };
const AT_MS = Date.UTC(2026, 10, 27, 12, 0, 0, 999);

it('what is signed at once says the same, and is proved the same, as what a thread signs', async () => {
  const key = await signingKey(null, logger);
  const certificates = new Certificates(() => key);
  const atOnce = certificates.atOnce(holder, grant, AT_MS);
  const later = await certificates.of(holder, grant, AT_MS);
  expect(atOnce).toBe(later); // Ed25519 signs the same bytes the same way
  expect(decodeProtectedHeader(atOnce)).toEqual({
    alg: 'EdDSA',
    kid: key.publicKey.kid,
    typ: 'conclave-leader+jwt',
  });
  const { payload } = await compactVerify(atOnce, await importJWK(key.publicKey, 'EdDSA'));
  expect(JSON.parse(new TextDecoder().decode(payload))).toEqual({
    ...holder,
    term: 7,
    notAfter: '2026-11-27T12:00:10.999Z',
    iss: 'conclave',
    exp: AT_MS / 1_000 + 10 - 0.999,
  });
  expect(await certificates.provenBy(atOnce, [key.publicKey])).toEqual({
    group: 'g',
    runner: 'ü "a"',
    term: 7,
    notAfter: '2026-11-27T12:00:10.999Z',
  });
});

it('nothing is signed with a key that another one has replaced, also what is asked for again at once', async () => {
  let key = await signingKey(null, logger);
  const certificates = new Certificates(() => key);
  const kidOf = async () => decodeProtectedHeader(await certificates.of(holder, grant, AT_MS)).kid;
  expect(await kidOf()).toBe(key.publicKey.kid);
  key = await signingKey(null, logger);
  expect(await kidOf()).toBe(key.publicKey.kid);
});
