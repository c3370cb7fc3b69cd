import type { JWK } from 'jose';
import { z } from 'zod';
import { isOwn, type Consumer, type EventStore, type StoredAppend } from '@conclave/event-store';
import { STORED_FORM } from '@conclave/election';
import { derivedUuid } from '@conclave/kernel';

/**
 * Public keys stand in the log, so that every server can serve those of all, also of servers that are gone.
 */
const STREAM = 'keys';
const TYPE = 'SigningKeyPublished';
const PublicKey = z.object({
  kty: z.literal('OKP'),
  crv: z.literal('Ed25519'),
  x: z.string(),
  kid: z.string(),
  alg: z.string(),
  use: z.string(),
});
const Published = z.object({ key: PublicKey });

export class PublishedKeys implements Consumer {
  /** Those that are in the log. */
  private readonly keys = new Map<string, JWK>();

  private foreign = 0;

  /**
   * `problem` is told when the own key cannot be published, it is tried again after the next catch-up; and of
   * what is not ours.
   */
  constructor(
    private readonly store: Pick<EventStore, 'publish' | 'nameOf'>,
    private readonly problem: (message: string) => void,
  ) {}

  private own: (JWK & { kid: string }) | null = null;
  private readonly remembered = new Map<string, JWK>();
  private isCaughtUp = false;

  apply({ stream, events }: StoredAppend): void {
    if (stream !== STREAM) return;
    for (const { type, data, version, meta } of events) {
      const published = Published.safeParse(data);
      if (type === TYPE && published.success && isOwn({ meta }))
        this.keys.set(published.data.key.kid, published.data.key);
      else this.skip(version, type);
    }
  }

  /** Of somebody else, or of a later version: not ours to judge. */
  private skip(version: number, type: string): void {
    if (this.foreign++ === 0)
      this.problem(
        `event ${version} of stream "${this.store.nameOf(STREAM)}" (${type}) is no key of Conclave: it is left out, as all like it`,
      );
  }

  caughtUp(): void {
    this.isCaughtUp = true;
    this.publishOwn();
  }

  /** The key of this server, from its start on. */
  setOwn(key: JWK & { kid: string }): void {
    this.own = key;
    this.publishOwn();
  }

  private publishOwn(): void {
    const { own } = this;
    if (!own || !this.isCaughtUp || this.keys.has(own.kid)) return;
    this.store
      .publish(STREAM, {
        id: derivedUuid(TYPE, own.kid),
        type: TYPE,
        data: { key: own },
        meta: { v: STORED_FORM },
      })
      .catch((error: Error) => this.problem(`the public key could not be published: ${error.message}`));
  }

  /** Keys that stood in the log before a part of it was lost: what they signed can still be checked. */
  remember(keys: readonly JWK[]): void {
    for (const key of keys) this.remembered.set(key.kid!, key);
  }

  /** All that a certificate may be signed with. */
  get known(): JWK[] {
    const all = new Map([...this.remembered, ...this.set.keys.map((key): [string, JWK] => [key.kid!, key])]);
    return [...all.values()];
  }

  /** A JWK set, as every library that checks signatures takes it. */
  get set(): { keys: JWK[] } {
    const { own } = this;
    return { keys: [...this.keys.values(), ...(own && !this.keys.has(own.kid) ? [own] : [])] };
  }

  saved(): JWK[] {
    return [...this.keys.values()];
  }
  restore(keys: JWK[]): void {
    for (const key of keys) this.keys.set(key.kid!, key);
  }
}
