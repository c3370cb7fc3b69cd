import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import { Iso, PersonName, Sha256 } from '@conclave/contract';
import { unauthenticated } from './errors.js';
import { Grant, type Caller } from './roles.js';

/** A static token as it is kept: of the token itself only a hash, for it is 32 random bytes and cannot be guessed. */
export const KeptToken = z.strictObject({
  id: z.string().regex(/^[0-9a-f]{12}$/),
  name: PersonName,
  sha256: Sha256,
  grants: z.array(Grant).min(1),
  createdAt: Iso,
  expiresAt: Iso.nullable(),
  revokedAt: Iso.nullable(),
});
export type KeptToken = z.infer<typeof KeptToken>;
export const TokenFile = z.strictObject({ format: z.literal(1), tokens: z.array(KeptToken) });

/** So that whoever finds one somewhere, or looks for leaked ones, knows what it is. */
const PREFIX = 'cnc';
const TOKEN = /^cnc_([0-9a-f]{12})_[A-Za-z0-9_-]{43}$/;
/** What may be shown of a token. */
export const shownToken = (id: string): string => `${PREFIX}_${id}_…`;
export const isStaticToken = (text: string): boolean => text.startsWith(`${PREFIX}_`);

const hashOf = (token: string): Buffer => createHash('sha256').update(token).digest();

/** `token` is shown once, and never kept. */
export function makeToken(about: Pick<KeptToken, 'name' | 'grants' | 'expiresAt' | 'createdAt'>): {
  token: string;
  kept: KeptToken;
} {
  const id = randomBytes(6).toString('hex');
  const token = `${PREFIX}_${id}_${randomBytes(32).toString('base64url')}`;
  return { token, kept: { id, ...about, sha256: hashOf(token).toString('hex'), revokedAt: null } };
}

/** Whom a static token stands for. Throws {@link AccessRefused}. */
export function callerByToken(text: string, tokens: ReadonlyMap<string, KeptToken>, nowMs: number): Caller {
  const id = TOKEN.exec(text)?.[1];
  if (id === undefined) throw unauthenticated('the token is not whole');
  const kept = tokens.get(id);
  if (!kept || !timingSafeEqual(hashOf(text), Buffer.from(kept.sha256, 'hex')))
    throw unauthenticated('there is no such token');
  const shown = shownToken(id);
  if (kept.revokedAt !== null) throw unauthenticated(`token ${shown} was revoked at ${kept.revokedAt}`);
  const expiresAtMs = kept.expiresAt === null ? null : Date.parse(kept.expiresAt);
  if (expiresAtMs !== null && expiresAtMs <= nowMs)
    throw unauthenticated(`token ${shown} expired at ${kept.expiresAt}`);
  return {
    name: kept.name,
    auth: { kind: 'token', subject: id, issuer: null },
    grants: kept.grants,
    expiresAtMs,
  };
}
