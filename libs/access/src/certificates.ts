import type { CertificateRule } from './access-file.js';
import { grantsFor, nameIn } from './claims.js';
import { unauthenticated } from './errors.js';
import type { Caller } from './roles.js';

/** Of the certificate that a client has shown, and proved to hold. */
export interface ShownCertificate {
  subject: Readonly<Record<string, string | string[]>>;
  issuer: Readonly<Record<string, string | string[]>>;
  expiresAtMs: number;
  /** Why it does not count; null if an authority vouches for it that is trusted here. */
  problem: string | null;
}

const inWords = (fields: Readonly<Record<string, string | string[]>>): string =>
  Object.entries(fields)
    .flatMap(([name, value]) => [value].flat().map((text) => `${name}=${text}`))
    .join(',')
    .slice(0, 500)
    .toWellFormed(); // half of a pair that is cut stands in no event

/** Throws {@link AccessRefused}. */
export function callerByCertificate(shown: ShownCertificate, rule: CertificateRule | undefined): Caller {
  if (shown.problem !== null)
    throw unauthenticated(`the client certificate does not count: ${shown.problem}`);
  if (!rule) throw unauthenticated('nothing is granted for client certificates here');
  const name = nameIn(shown.subject, rule.name);
  if (name === null)
    throw unauthenticated(`the subject of the certificate has no ${rule.name} that can be a name`);
  return {
    name,
    auth: { kind: 'certificate', subject: inWords(shown.subject), issuer: inWords(shown.issuer) },
    grants: grantsFor(rule.grants, shown.subject),
    expiresAtMs: shown.expiresAtMs,
  };
}
