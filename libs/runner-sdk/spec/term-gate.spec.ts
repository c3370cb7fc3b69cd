import { beforeAll, describe, expect, it } from '@jest/globals';
import { exportJWK, generateKeyPair, SignJWT, UnsecuredJWT, type JSONWebKeySet } from 'jose';
import { TermGate } from '@conclave/runner-sdk';

const NOW = Date.parse('2026-11-24T12:00:00.000Z');
let keys: JSONWebKeySet;
let privateKey: Awaited<ReturnType<typeof generateKeyPair>>['privateKey'];
const iso = (ms: number) => new Date(NOW + ms).toISOString();
const claims = (term: number, more = {}) => ({
  group: 'g',
  runner: 'a',
  incarnation: 'i',
  term,
  notAfter: iso(5_000),
  ...more,
});
const signed = (payload: object, { typ = 'conclave-leader+jwt', key = privateKey, kid = 'k' } = {}) =>
  new SignJWT(payload as never)
    .setProtectedHeader({ alg: 'EdDSA', kid, typ })
    .setIssuer('conclave')
    .sign(key);
const gate = (more = {}) => new TermGate({ group: 'g', keys, ...more });
const refused = (why: string) => expect.objectContaining({ name: 'NotAdmitted', why });

beforeAll(async () => {
  const pair = await generateKeyPair('EdDSA', { crv: 'Ed25519' });
  ({ privateKey } = pair);
  keys = { keys: [{ ...(await exportJWK(pair.publicKey)), kid: 'k', alg: 'EdDSA' }] };
});

describe('TermGate', () => {
  it('admits the same and higher terms, refuses lower ones for ever', async () => {
    const door = gate();
    expect(await door.admit(await signed(claims(3)), NOW)).toMatchObject({ runner: 'a', term: 3 });
    await door.admit(await signed(claims(3)), NOW);
    await door.admit(await signed(claims(5, { runner: 'b' })), NOW);
    await expect(door.admit(await signed(claims(4)), NOW)).rejects.toEqual(refused('outranked'));
    expect(door.highestTerm).toBe(5);
    await expect(gate({ highestTerm: 6 }).admit(await signed(claims(5)), NOW)).rejects.toEqual(
      refused('outranked'),
    );
  });
  it('refuses what is over, to the millisecond, unless clocks may be off; a refusal raises no term', async () => {
    const door = gate();
    const card = await signed(claims(2));
    await door.admit(card, NOW + 5_000);
    await expect(door.admit(card, NOW + 5_001)).rejects.toEqual(refused('over'));
    await gate({ clockToleranceMs: 1_000 }).admit(card, NOW + 6_000);
    await expect(door.admit(await signed(claims(9, { notAfter: iso(-1) })), NOW)).rejects.toEqual(
      refused('over'),
    );
    expect(door.highestTerm).toBe(2);
  });
  it('refuses another group, another key, another kind of token, none, and what lacks a claim', async () => {
    await expect(gate().admit(await signed(claims(2, { group: 'h' })), NOW)).rejects.toEqual(
      refused('other-group'),
    );
    const { privateKey: strange } = await generateKeyPair('EdDSA', { crv: 'Ed25519' });
    for (const card of [
      await signed(claims(2), { key: strange }),
      await signed(claims(2), { kid: 'other' }),
      await signed(claims(2), { typ: 'conclave-evidence+jws' }),
      new UnsecuredJWT(claims(2)).setIssuer('conclave').encode(),
      '',
      'null',
      (await signed(claims(2))).slice(0, -4) + 'AAAA',
      await signed({ group: 'g', runner: 'a' }),
      await signed(claims(2, { term: '7' })),
      await signed(claims(2, { notAfter: 'never' })),
    ])
      await expect(gate().admit(card, NOW)).rejects.toEqual(refused('forged'));
  });
});
