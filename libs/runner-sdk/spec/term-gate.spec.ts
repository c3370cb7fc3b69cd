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
  it.each<[name: string, wrong: object, message: RegExp]>([
    ['no group', { group: undefined }, /^TermGate: group must be letters, .*, not left out$/],
    ['no keys', { keys: undefined }, /^TermGate: keys must be what GET \/v1\/keys answers.*, not left out$/],
    [
      'an answer that says no',
      { keys: { code: 'unauthorized' } },
      /keys must be .* a list of public keys, not what/,
    ],
    ['keys as text', { keys: '{"keys":[]}' }, /keys must be/],
    ['a list of keys', { keys: [{ kty: 'OKP' }] }, /keys must be/],
    ['no key at all', { keys: { keys: [] } }, /keys must be/],
    ['what is no key', { keys: { keys: ['k'] } }, /keys must be/],
    [
      'a term that is NaN',
      { highestTerm: Number.NaN },
      /highestTerm must be a whole number from 0 on, .*, not NaN$/,
    ],
    ['a term as text', { highestTerm: 'x' }, /highestTerm must be .*, not "x"$/],
    ['a term that is an object', { highestTerm: {} }, /highestTerm must be .*, not {}$/],
    ['a term that is null', { highestTerm: null }, /highestTerm must be .*, not null$/],
    ['a term below 0', { highestTerm: -1 }, /highestTerm must be/],
    [
      'a tolerance as text',
      { clockToleranceMs: '1000' },
      /clockToleranceMs must be milliseconds: .*, not "1000"$/,
    ],
    ['a tolerance that is NaN', { clockToleranceMs: Number.NaN }, /clockToleranceMs must be/],
    ['a tolerance without end', { clockToleranceMs: Infinity }, /clockToleranceMs must be .*, not Infinity$/],
    ['a tolerance below 0', { clockToleranceMs: -5 }, /clockToleranceMs must be/],
    [
      'an option that is none',
      { highestterm: 3 },
      /there is no option "highestterm"; there are group, keys, highestTerm/,
    ],
  ])('is not made with %s, which could let everybody in', (_, wrong, message) => {
    expect(() => gate(wrong)).toThrow(TypeError);
    expect(() => gate(wrong)).toThrow(message);
  });
  it('goes by the keys that it was made with, also where they are changed before anybody came', async () => {
    const { privateKey: strange, publicKey } = await generateKeyPair('EdDSA', { crv: 'Ed25519' });
    const given = structuredClone(keys);
    const door = gate({ keys: given });
    given.keys[0] = { ...(await exportJWK(publicKey)), kid: 'k', alg: 'EdDSA' };
    await expect(door.admit(await signed(claims(9), { key: strange }), NOW)).rejects.toEqual(
      refused('forged'),
    );
    await door.admit(await signed(claims(1)), NOW);
  });
  it('goes by other keys when it is told to, and by those before where it is told nonsense', async () => {
    const { privateKey: next, publicKey } = await generateKeyPair('EdDSA', { crv: 'Ed25519' });
    const door = gate();
    const renewed = await signed(claims(2), { key: next, kid: 'n' });
    await expect(door.admit(renewed, NOW)).rejects.toEqual(refused('forged'));
    expect(() => door.trust({ error: 'not now' })).toThrow(TypeError);
    await door.admit(await signed(claims(1)), NOW);
    door.trust({ keys: [...keys.keys, { ...(await exportJWK(publicKey)), kid: 'n', alg: 'EdDSA' }] });
    await door.admit(renewed, NOW);
  });
  it('lets nobody in before what an older leader began has come to its end', async () => {
    const door = gate();
    const written: string[] = [];
    const later = (ms: number) => new Date(Date.now() + ms).toISOString();
    const [first, second] = await Promise.all(
      [1, 2].map(async (term) => signed(claims(term, { notAfter: later(60_000) }))),
    );
    const write = async (card: string, waited?: Promise<unknown>) =>
      door.serve(card, async ({ term }) => {
        await waited;
        written.push(`term ${term}`);
        return term;
      });
    let free = (): void => undefined;
    const old = write(first!, new Promise<void>((resolve) => (free = resolve)));
    const failing = door.serve(first!, () => Promise.reject(new Error('disk full')));
    const [newer, late] = [write(second!), write(first!)];
    await new Promise(setImmediate);
    expect(written).toEqual([]);
    free();
    await expect(failing).rejects.toThrow('disk full');
    expect(await Promise.all([old, newer])).toEqual([1, 2]);
    await expect(late).rejects.toEqual(refused('outranked'));
    expect(written).toEqual(['term 1', 'term 2']);
  });
  it('admits nobody by a time or a term that is no number', async () => {
    const card = await signed(claims(2));
    await expect(gate().admit(card, Number.NaN)).rejects.toThrow(TypeError);
    const door = gate();
    door.highestTerm = Number.NaN;
    await expect(door.admit(card, NOW)).rejects.toEqual(refused('outranked'));
  });
});
