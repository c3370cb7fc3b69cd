import { createPublicKey, hash, verify, type JsonWebKey } from 'node:crypto';
import { linked } from './people/people.js';
import { canonicalText } from './text.js';

export const GENESIS_HASH = '0'.repeat(64);

const sha256 = (text: string): string => hash('sha256', text);

/** Of bytes, one part after the other. */
export const sha256Of = (...parts: Uint8Array[]): Buffer => hash('sha256', Buffer.concat(parts), 'buffer');

/** False for an event that stands under another id than it says: no hash is of the one that it stands under. */
export const hasOwnId = ({ id, meta }: { id: string; meta: object }): boolean =>
  id === (meta as { id?: string }).id;

/** What links an event of a chained stream to the one before it, as it stands there. */
export const hashOf = ({ meta }: { meta: object }): string => (meta as { hash: string }).hash;

/** Digest of a JSON value in RFC 8785 form: equal values, equal digests, whatever the order of keys. */
export const digestOf = (value: unknown): string => sha256(canonicalText(value));

/** Of an event as it says something, wherever it stands. */
export const contentDigest = ({ type, data, meta }: { type: string; data: object; meta: object }): string =>
  digestOf({ data, meta, type }); // in the order in which they are written

/** Of a run of records: each version, and the {@link contentDigest} there. What silences rest on (docs/formats.md). */
export const runDigest = (run: readonly (readonly [version: number, digest: string])[]): string =>
  digestOf(run);

/**
 * Links an event to the one before it: changing, dropping or reordering any recorded event breaks every later
 * hash. Taken over the stored form, before upcasts; `meta` is without its own hash, and people are committed to, not named
 * (docs/formats.md).
 */
export function chainHash(
  previous: string,
  event: { group: string; version: number; type: string; data: object; meta: object },
): string {
  return sha256(`${previous}\n${canonicalText(linked(event))}`);
}

/** True if this Ed25519 key (a public JWK) signed the text; `signature` in base64url. */
export function isSignedBy(key: object, text: string, signature: string): boolean {
  const publicKey = createPublicKey({ key: key as JsonWebKey, format: 'jwk' });
  return verify(null, Buffer.from(text), publicKey, Buffer.from(signature, 'base64url'));
}
