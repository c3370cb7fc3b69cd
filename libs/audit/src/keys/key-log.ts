import { z } from 'zod';
import { Auth, Iso, Salts } from '@conclave/contract';
import { STORED_FORM } from '@conclave/election';
import {
  chainHash,
  GENESIS_HASH,
  isPerson,
  peopleProblem,
  saltsFor,
  type NewEvent,
  type StoredEvent,
} from '@conclave/event-store';

// The record of signing keys: chained like a group, so that none can be slipped in, left out, or revoked in secret.

export const KEYS_STREAM = 'keys';
export const PublicKey = z.strictObject({
  kty: z.literal('OKP'),
  crv: z.literal('Ed25519'),
  x: z.string(),
  kid: z.string(),
  alg: z.string(),
  use: z.string(),
});
export type PublicKey = z.infer<typeof PublicKey>;

const KeyData = {
  /** A server signs with it from now on; `replaces`: the one that it signed with before, null for its first. */
  SigningKeyPublished: z.strictObject({ key: PublicKey, replaces: z.string().nullable() }),
  /** What it signs from `since` on (null: ever) is worth nothing. */
  SigningKeyRevoked: z.strictObject({ kid: z.string(), since: Iso.nullable() }),
};
/** Their types. */
export const KEY_EVENTS = Object.keys(KeyData);
type KeyEvent = {
  [T in keyof typeof KeyData]: { type: T; data: z.infer<(typeof KeyData)[T]> };
}[keyof typeof KeyData];
const KeyMeta = z.strictObject({
  v: z.literal(STORED_FORM),
  at: Iso,
  actor: z.string().min(1),
  auth: Auth.optional(),
  reason: z.string().nullable(),
  salts: Salts.optional(),
  hash: z.string(),
});
type KeyMeta = z.infer<typeof KeyMeta>;

export interface Revocation {
  at: string;
  since: string | null;
  actor: string;
  reason: string | null;
}
export interface KnownKey {
  key: PublicKey;
  at: string;
  revoked: Revocation | null;
}

const linked = (
  hash: string,
  version: number,
  { type, data }: KeyEvent,
  meta: Omit<KeyMeta, 'hash'>,
): string => chainHash(hash, { group: KEYS_STREAM, version, type, data, meta });

/** Folds the record. Pure. */
export class KeyLog {
  readonly keys = new Map<string, KnownKey>();
  version = 0;
  private hash = GENESIS_HASH;

  /** Takes the next event; why it cannot be, or null. What cannot be read is passed. */
  take({
    version,
    type,
    data,
    meta,
  }: Pick<StoredEvent, 'version' | 'type' | 'data' | 'meta'>): string | null {
    const schema = Object.hasOwn(KeyData, type) ? KeyData[type as KeyEvent['type']] : null;
    const event = { type, data: schema?.safeParse(data).data } as KeyEvent;
    const read = KeyMeta.safeParse(meta).data;
    const problem = !event.data || !read ? `${type} is no event of Conclave` : this.fit(version, event, read);
    this.version = version;
    if (!event.data || !read) return problem;
    this.hash = read.hash;
    const { at, actor, reason } = read;
    if (event.type === 'SigningKeyPublished') {
      const { key } = event.data;
      this.keys.set(key.kid, { key, at, revoked: this.keys.get(key.kid)?.revoked ?? null });
    } else {
      const known = this.keys.get(event.data.kid);
      if (known)
        this.keys.set(event.data.kid, { ...known, revoked: { at, since: event.data.since, actor, reason } });
    }
    return problem;
  }

  private fit(version: number, event: KeyEvent, { hash, ...meta }: KeyMeta): string | null {
    if (version !== this.version + 1) return `version ${this.version + 1} is missing`;
    if (hash !== linked(this.hash, version, event, meta)) return 'its hash does not fit: it was changed';
    const people = peopleProblem({ ...event, meta });
    if (people !== null) return people;
    if (event.type === 'SigningKeyPublished') {
      if (event.data.replaces !== null && !this.keys.has(event.data.replaces))
        return 'it replaces a key that there is not';
      return this.keys.has(event.data.key.kid) ? 'the key is there already' : null;
    }
    const { actor } = meta;
    if (!isPerson(actor)) return `a key was revoked by ${String(actor)}, not by an operator`;
    return this.keys.has(event.data.kid) ? null : 'a key was revoked that there is not';
  }

  /** The next event, as it is written; `salt`: a random one, in case that a person asked for it. */
  next(id: string, event: KeyEvent, meta: Omit<KeyMeta, 'hash' | 'v' | 'salts'>, salt: string): NewEvent {
    const named = { v: STORED_FORM, ...meta } as const;
    const full = { ...named, ...saltsFor({ ...event, meta: named }, () => salt) };
    const hash = linked(this.hash, this.version + 1, event, full);
    return { id, ...event, meta: { ...full, hash } };
  }

  saved(): { keys: KnownKey[]; version: number; hash: string } {
    return { keys: [...this.keys.values()], version: this.version, hash: this.hash };
  }
  restore({ keys, version, hash }: ReturnType<KeyLog['saved']>): void {
    for (const known of keys) this.keys.set(known.key.kid, known);
    Object.assign(this, { version, hash });
  }
}
