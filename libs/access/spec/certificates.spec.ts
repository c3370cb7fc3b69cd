import { expect, it } from '@jest/globals';
import { callerByCertificate } from '../src/certificates.js';

it('of a subject that is too long nothing is left that no event can hold', () => {
  const rule = { name: 'CN', grants: [{ role: 'consumer' as const, groups: ['*'] }] };
  const shown = {
    subject: { CN: 'ana', O: `x${'🦉'.repeat(300)}` },
    issuer: { CN: 'ours' },
    expiresAtMs: 1,
    problem: null,
  };
  for (const name of ['O', 'OU']) {
    const subject = { CN: 'ana', [name]: shown.subject.O }; // cut in one of both between the halves of a pair
    const { auth } = callerByCertificate({ ...shown, subject }, rule);
    expect([auth.subject!.length, auth.subject!.isWellFormed()]).toEqual([500, true]);
  }
});
