import type { KeyOrder, PublishedKeys } from './published-keys.js';
import { anotherKey, keepKey, type SigningKey } from './signing-key.js';

/** Whose key it is. */
export interface Holder {
  readonly keys: PublishedKeys;
  signingKey: SigningKey;
  readonly options: { fileOf: (kind: 'key') => string | null };
}

/**
 * This server signs with another key from now on. Published first: nobody may meet a signature that he cannot check. What
 * the one before has signed stays good, until somebody revokes it.
 */
export async function rotateKey(holder: Holder, order: KeyOrder): Promise<{ kid: string; replaces: string }> {
  const { jwk, key } = await anotherKey();
  const { kid: replaces } = holder.signingKey.publicKey;
  await holder.keys.publish(key.publicKey, replaces, order);
  const path = holder.options.fileOf('key');
  if (path !== null) keepKey(path, jwk);
  holder.signingKey = key;
  holder.keys.setOwn(key.publicKey);
  return { kid: key.publicKey.kid, replaces };
}
