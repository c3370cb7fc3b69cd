import type { KeptToken } from '@conclave/access';
import { CliError } from '../remote/cli-error.js';

/** It opens doors yet. */
export const counts = ({ revokedAt, expiresAt }: KeptToken): boolean =>
  revokedAt === null && (expiresAt === null || Date.parse(expiresAt) > Date.now());

/**
 * The token of that prefix, or the only one of that name that counts; where none does, the last one. Throws {@link CliError} (3) for none,
 * and for several, with what to say instead.
 */
export function tokenCalled(
  which: string,
  tokens: readonly KeptToken[],
  file: string,
  shown: (id: string) => string,
): KeptToken {
  const id = which.replace(/^cnc_/, '').replace(/_.*$/, '');
  const all = tokens.filter((one) => one.id === id || one.name === which);
  const valid = all.filter(counts);
  const [token, ...others] = valid.length > 0 ? valid : all.slice(-1);
  if (!token) throw new CliError(3, `no token is called "${which}" in ${file}.`);
  if (others.length === 0) return token;
  const prefixes = valid.map((one) => shown(one.id)).join(', ');
  throw new CliError(
    3,
    `${valid.length} tokens are called "${which}" in ${file}; nothing was revoked. Name one by its prefix: ${prefixes}.`,
  );
}
