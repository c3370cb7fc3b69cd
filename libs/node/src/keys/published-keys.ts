import type { JWK } from 'jose';
import { KeyLog, KEYS_STREAM, type KnownKey, type PublicKey } from '@conclave/audit';
import {
  isOwn,
  VersionConflict,
  type Consumer,
  type EventStore,
  type StoredAppend,
} from '@conclave/event-store';
import type { Auth } from '@conclave/election';
import { rotateKey, type Holder } from './rotation.js';
import { derivedUuid, isoOf, randomSalt, randomUuid, type Clock } from '@conclave/kernel';

const ATTEMPTS = 20;
const AGAIN_MS = 100;
/** Between two tries to have a key in the log that counts. */
const RETRY_MS = 5_000;

/** Who wants something of the keys, and why. */
export interface KeyOrder {
  actor: string;
  auth?: Auth | undefined;
  reason: string | null;
}
const SERVER: KeyOrder = { actor: 'system:server', reason: null };

/** Of keys that stood in the log, what must not be lost with it. */
export interface KeptKeys {
  /** Public ones: what they signed can still be checked. */
  keys: JWK[];
  /** Names of those that were revoked: what somebody took away does not come back with a backup. Absent: nobody wrote that down. */
  revoked?: string[] | undefined;
}

/**
 * Public keys stand in the log, so that every server can serve those of all, also of servers that are gone.
 */
export class PublishedKeys implements Consumer {
  private readonly log = new KeyLog();
  private foreign = 0;
  private own: PublicKey | null = null;
  private readonly remembered = new Map<string, JWK>();
  /** Names of keys that were revoked, perhaps in a part of the log that is lost. */
  private readonly revokedBefore = new Set<string>();
  private isCaughtUp = false;
  private isWriting = false;
  private triedMs = -Infinity;

  /** `problem` is told when the own key cannot be published, or counts no more, and of what is not ours. */
  constructor(
    private readonly store: Pick<EventStore, 'append' | 'nameOf'>,
    private readonly clock: Clock,
    private readonly problem: (message: string) => void,
    private readonly holder: Holder,
  ) {}

  apply({ stream, events }: StoredAppend): void {
    if (stream !== KEYS_STREAM) return;
    for (const event of events) {
      const problem = this.log.take(event);
      if (problem) this.skip(event.version, isOwn(event) ? problem : `${event.type} is no key of Conclave`);
    }
  }

  private skip(version: number, why: string): void {
    if (this.foreign++ > 0) return;
    const stream = this.store.nameOf(KEYS_STREAM);
    this.problem(
      `event ${version} of stream "${stream}" is not in order (${why}); others like it are not told`,
    );
  }

  caughtUp(): void {
    this.isCaughtUp = true;
    for (const { key, revoked } of this.log.keys.values())
      if (!revoked && this.isRevoked(key.kid))
        this.problem(
          `key ${key.kid} was revoked in what the log has lost: it counts for nothing here, but for servers that do not know of it. Revoke it again`,
        );
    this.mendOwn();
  }

  /** The key of this server, from its start on. */
  setOwn(key: PublicKey): void {
    this.own = key;
    this.mendOwn();
  }

  /** Call a few times a second while this server may write. */
  tick(nowMs: number): void {
    if (nowMs - this.triedMs < RETRY_MS) return;
    if (this.mendOwn()) this.triedMs = nowMs;
  }

  /**
   * What this server signs can be checked by everybody: its key is published, and gives way to another one if it was revoked,
   * be it at another server. False: there is nothing to do.
   */
  private mendOwn(): boolean {
    const { own } = this;
    const known = own && this.log.keys.get(own.kid);
    if (!own || !this.isCaughtUp || this.isWriting || (known && !this.isRevoked(own.kid))) return false;
    this.isWriting = true;
    const mended = known ? this.giveWay(own.kid) : this.publish(own, null, SERVER);
    mended
      .catch((error: Error) => this.problem(`the public key could not be published: ${error.message}`))
      .finally(() => {
        this.isWriting = false;
      });
    return true;
  }

  private async giveWay(kid: string): Promise<void> {
    const order = { ...SERVER, reason: `key ${kid} was revoked` };
    const { kid: now } = await rotateKey(this.holder, order, ({ message }) =>
      this.problem(`the signing key cannot be kept, a restart will make another: ${message}`),
    );
    this.problem(`key ${kid}, which this server signed with, was revoked: it signs with ${now} from now on`);
  }

  /** Resolves when everybody can check what it signs. */
  async publish(key: PublicKey, replaces: string | null, order: KeyOrder): Promise<void> {
    const id = derivedUuid('SigningKeyPublished', key.kid);
    await this.write(id, { type: 'SigningKeyPublished', data: { key, replaces } }, order, () =>
      this.log.keys.has(key.kid),
    );
  }

  async revoke(kid: string, since: string | null, order: KeyOrder): Promise<void> {
    await this.write(randomUuid(), { type: 'SigningKeyRevoked', data: { kid, since } }, order, () => false);
  }

  /** At the end of the chain as it is read here; what others wrote meanwhile is awaited. */
  private async write(
    id: string,
    event: Parameters<KeyLog['next']>[1],
    order: KeyOrder,
    isDone: () => boolean,
  ): Promise<void> {
    for (let attempt = 1; !isDone(); attempt++) {
      const { version } = this.log;
      const at = isoOf(this.clock.wallMs());
      const next = this.log.next(id, event, { at, ...order }, randomSalt());
      try {
        await this.store.append(KEYS_STREAM, version, [next]);
        return;
      } catch (error) {
        if (!(error instanceof VersionConflict) || attempt === ATTEMPTS) throw error;
        await new Promise((resolve) => setTimeout(resolve, AGAIN_MS * (1 + Math.random())));
      }
    }
  }

  /** Keys that stood in the log before a part of it was lost: what they signed can still be checked; but of those that were revoked. */
  remember({ keys, revoked = [] }: KeptKeys): void {
    for (const key of keys) this.remembered.set(key.kid!, key);
    for (const kid of revoked) this.revokedBefore.add(kid);
  }
  get toRemember(): KeptKeys {
    const revoked = new Set([...this.revokedBefore, ...this.revoked.map(({ key }) => key.kid)]);
    return { keys: this.known, revoked: [...revoked] };
  }

  private isRevoked(kid: string): boolean {
    return this.revokedBefore.has(kid) || (this.log.keys.get(kid)?.revoked ?? null) !== null;
  }

  /** All that a certificate may be signed with. */
  get known(): JWK[] {
    const all = new Map([...this.remembered, ...this.set.keys.map((key): [string, JWK] => [key.kid!, key])]);
    return [...all.values()].filter(({ kid }) => !this.isRevoked(kid!));
  }

  /** The log has none, and never had. */
  get isEmpty(): boolean {
    return this.log.version === 0;
  }

  keyOf(kid: string): KnownKey | undefined {
    return this.log.keys.get(kid);
  }
  get revoked(): KnownKey[] {
    return [...this.log.keys.values()].filter(({ revoked }) => revoked !== null);
  }

  /** A JWK set, as every library that checks signatures takes it: without those that were revoked. */
  get set(): { keys: JWK[] } {
    const { own } = this;
    const valid = [...this.log.keys.values()].map(({ key }) => key).filter(({ kid }) => !this.isRevoked(kid));
    const isNew = own && !this.log.keys.has(own.kid) && !this.isRevoked(own.kid);
    return { keys: [...valid, ...(isNew ? [own] : [])] };
  }

  saved(): ReturnType<KeyLog['saved']> {
    return this.log.saved();
  }
  restore(saved: ReturnType<KeyLog['saved']>): void {
    this.log.restore(saved);
  }
}
