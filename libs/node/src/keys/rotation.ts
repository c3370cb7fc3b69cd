import { StoreFull, StoreUnavailable } from '@conclave/event-store';
import type { KeyOrder, PublishedKeys } from './published-keys.js';
import { anotherKey, keyDraft, type SigningKey } from './signing-key.js';

/** Whose key it is. */
export interface Holder {
  readonly keys: PublishedKeys;
  signingKey: SigningKey;
  readonly options: { fileOf: (kind: 'key') => string | null };
}

/**
 * This server signs with another key from now on. Published first: nobody may meet a signature that he cannot check. What
 * the one before has signed stays good, until somebody revokes it. `unkept`: where the new one cannot be kept, which is known
 * before it is published, unless what has its name cannot be replaced (a mounted file); throws, or lets it last as long as the
 * process.
 */
export async function rotateKey(
  holder: Holder,
  order: KeyOrder,
  unkept: (why: Error) => void = refuse,
): Promise<{ kid: string; replaces: string }> {
  const { jwk, key } = await anotherKey();
  const { kid: replaces } = holder.signingKey.publicKey;
  const draft = await keyDraft(holder.options.fileOf('key'), jwk).catch((error: Error) => unkept(error));
  try {
    await holder.keys.publish(key.publicKey, replaces, order);
    try {
      draft?.replace();
    } catch (error) {
      unkept(error as Error);
    }
  } finally {
    draft?.drop();
  }
  holder.signingKey = key;
  holder.keys.setOwn(key.publicKey);
  return { kid: key.publicKey.kid, replaces };
}

function refuse({ code, message }: NodeJS.ErrnoException): never {
  const why = `the new key cannot be kept (${message}), so this server goes on with the one that it has. Mend that, and order it again`;
  throw code === 'ENOSPC' ? new StoreFull(why) : new StoreUnavailable(why);
}
