import { expect, it } from '@jest/globals';
import { keysAt } from '../files/evidence-file.js';

it('what a key signed before it was revoked counts; of one that was never to be trusted nothing does', () => {
  const key = (kid: string) =>
    ({ kty: 'OKP', crv: 'Ed25519', x: 'x', alg: 'EdDSA', use: 'sig', kid }) as const;
  const about = { at: '2026-11-03T00:00:00.000Z', actor: 'operator:ana', reason: null };
  const trusted = {
    keys: [key('today')],
    revoked: [
      { key: key('stolen'), since: '2026-11-02T00:00:00.000Z', ...about },
      { key: key('never'), since: null, ...about },
    ],
  };
  const kids = (at: string) => keysAt(trusted as never, at).map(({ kid }) => kid);
  expect(kids('2026-11-01T23:59:59.999Z')).toEqual(['today', 'stolen']);
  expect(kids('2026-11-02T00:00:00.000Z')).toEqual(['today']);
  expect(keysAt({ keys: [key('today')] }, '2026-11-01T00:00:00.000Z')).toHaveLength(1);
});
