import { expect, it } from '@jest/globals';
import type { KeptToken } from '@conclave/access';
import { tokenCalled } from './token-names.js';

const token = (id: string, name: string, more: Partial<KeptToken> = {}): KeptToken => ({
  ...{ id, name, grants: [], sha256: '', createdAt: '2026-01-01T00:00:00.000Z' },
  ...{ expiresAt: null, revokedAt: null, ...more },
});
const REVOKED = { revokedAt: '2026-01-02T00:00:00.000Z' };
const EXPIRED = { expiresAt: '2026-01-02T00:00:00.000Z' };
const called = (which: string, ...tokens: KeptToken[]): string =>
  tokenCalled(which, tokens, 'f', (id) => `cnc_${id}`).id;

it('a name is that of the only token that counts', () => {
  const all = [token('a', 'ana', REVOKED), token('b', 'ana', EXPIRED), token('c', 'ana'), token('d', 'bo')];
  expect(called('ana', ...all)).toBe('c');
  expect(called('cnc_a_secret', ...all)).toBe('a');
});

it('of those that count no more it is the last one', () =>
  expect(called('ana', token('a', 'ana', REVOKED), token('b', 'ana', REVOKED))).toBe('b'));

it('of several that count none is revoked: their prefixes are said', () =>
  expect(() => called('ana', token('a', 'ana'), token('b', 'ana'))).toThrow(
    '2 tokens are called "ana" in f; nothing was revoked. Name one by its prefix: cnc_a, cnc_b.',
  ));

it('of none it is said', () =>
  expect(() => called('eve', token('a', 'ana'))).toThrow('no token is called "eve" in f.'));
