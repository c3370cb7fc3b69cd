import { createPrivateKey, sign, type KeyObject } from 'node:crypto';
import { linkSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { draftNameOf, makeFolder } from '@conclave/launch';
import {
  calculateJwkThumbprint,
  CompactSign,
  exportJWK,
  generateKeyPair,
  importJWK,
  type CryptoKey,
  type JWK,
} from 'jose';
import { StoreUnusable } from '@conclave/event-store';
import type { PublicKey } from '@conclave/audit';
import { DraftFile, keptText } from '../files/kept-file.js';
import { keepToItself, OWN_ONLY } from '../files/own-only.js';
import type { Logger } from '../reporting/logger.js';

const textOf = (jwk: JWK): string => `${JSON.stringify(jwk)}\n`;

/** Ed25519; `publicKey` names itself by its thumbprint (`kid`). */
export interface SigningKey {
  privateKey: CryptoKey;
  /** The same, to sign without a thread. */
  atHand: KeyObject;
  publicKey: PublicKey;
}

/**
 * The key that this server signs certificates and evidence with: made on first use, kept in a file that only
 * its user may read. Without a path, or where no file can be written, it lasts as long as the process: what
 * it signed can still be checked, since public keys are in the log. Rejects for a file that is no such key.
 */
export async function signingKey(path: string | null, logger: Logger): Promise<SigningKey> {
  if (path !== null) keepToItself(path, (message) => logger.warn(message));
  const kept = path === null ? null : readKey(path);
  if (kept) return keyOf(kept, path!);
  const { jwk, key } = await anotherKey();
  if (path === null) return key;
  try {
    writeKey(path, jwk);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') {
      logger.warn(`the signing key cannot be kept, a restart will make another: ${(error as Error).message}`);
      return key;
    }
  }
  const first = await keyOf(readKey(path)!, path); // another server beside us may have been first
  if (first.publicKey.kid === key.publicKey.kid)
    logger.info(`there was no signing key in "${path}": this server made one`); // who has lost it should know
  return first;
}

/** A new one; see {@link keyDraft}. Its name does not look like an option of a command line. */
export async function anotherKey(): Promise<{ jwk: JWK; key: SigningKey }> {
  const { privateKey } = await generateKeyPair('EdDSA', { crv: 'Ed25519', extractable: true });
  const jwk = await exportJWK(privateKey);
  const key = await keyOf(jwk, '');
  return key.publicKey.kid.startsWith('-') ? anotherKey() : { jwk, key };
}

/** On the disk already: put in its place it is the key from the next start on. Rejects if it cannot be kept; null without a path. */
export async function keyDraft(path: string | null, jwk: JWK): Promise<DraftFile | null> {
  if (path === null) return null;
  const draft = new DraftFile(path);
  try {
    draft.write(textOf(jwk));
    await draft.settle();
    return draft;
  } catch (error) {
    draft.drop();
    throw error;
  }
}

/** A compact JWS of a statement; `typ` says of what kind. */
export async function signed(
  { privateKey, publicKey: { kid } }: SigningKey,
  typ: string,
  statement: object,
): Promise<string> {
  return new CompactSign(new TextEncoder().encode(JSON.stringify(statement)))
    .setProtectedHeader({ alg: 'EdDSA', kid, typ })
    .sign(privateKey);
}

/** The same, on the caller's own time (0.1 ms): jose only signs on a thread. */
export function signAtOnce(
  { atHand, publicKey: { kid } }: SigningKey,
  typ: string,
  statement: object,
): string {
  const text = [{ alg: 'EdDSA', kid, typ }, statement]
    .map((part) => base64url(JSON.stringify(part)))
    .join('.');
  return `${text}.${base64url(sign(null, Buffer.from(text), atHand))}`;
}

const base64url = (content: string | Buffer): string => Buffer.from(content).toString('base64url');

const DAMAGED: JWK = { kty: 'damaged' };

function readKey(path: string): JWK | null {
  const text = keptText(path, (why) => unreadable(path, why));
  if (text === null) return null;
  try {
    return (JSON.parse(text) as JWK | null) ?? DAMAGED;
  } catch {
    return DAMAGED;
  }
}

const unreadable = (path: string, why: string): StoreUnusable =>
  new StoreUnusable(
    `the signing key "${path}" cannot be read (${why}). Mend that, or move it away: a new one is made then.`,
  );

/** Whole or not at all, and never over another one. Throws EEXIST. */
function writeKey(path: string, jwk: JWK): void {
  makeFolder(dirname(path));
  const draft = draftNameOf(path, 'new');
  try {
    writeFileSync(draft, textOf(jwk), { mode: OWN_ONLY, flag: 'wx' });
    linkSync(draft, path);
  } finally {
    rmSync(draft, { force: true });
  }
}

const noKey = (path: string): StoreUnusable =>
  new StoreUnusable(
    `"${path}" holds no Ed25519 key. Restore it from a backup, or move it away: a new one is made then.`,
  );

async function keyOf(jwk: JWK, path: string): Promise<SigningKey> {
  const { kty, crv, x, d } = jwk;
  if (kty !== 'OKP' || crv !== 'Ed25519' || !x || !d) throw noKey(path);
  const publicKey: PublicKey = {
    kty: 'OKP',
    crv: 'Ed25519',
    x,
    alg: 'EdDSA',
    use: 'sig',
    kid: await calculateJwkThumbprint({ kty, crv, x }),
  };
  try {
    const privateKey = (await importJWK(jwk, 'EdDSA')) as CryptoKey;
    return { privateKey, atHand: createPrivateKey({ key: { kty, crv, x, d }, format: 'jwk' }), publicKey };
  } catch {
    throw noKey(path); // a byte of it is wrong
  }
}
