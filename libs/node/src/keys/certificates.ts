import { createLocalJWKSet, jwtVerify, type JWK } from 'jose';
import { z } from 'zod';
import type { Append, GroupListener } from '@conclave/election';
import { isoOf } from '@conclave/kernel';
import { signAtOnce, signed, type SigningKey } from './signing-key.js';

const TYPE = 'conclave-leader+jwt';

/** Whom a certificate is about. */
interface Holder {
  group: string;
  runner: string;
  incarnation: string;
}
/** What a certificate says; see {@link Certificates.provenBy}. */
const Claims = z.object({
  group: z.string(),
  runner: z.string(),
  term: z.int().min(1),
  notAfter: z.string(),
});
type Claims = z.infer<typeof Claims>;

interface Grant {
  term: number;
  leaseMs: number;
  heartbeatMs: number;
}
interface Issued extends Holder {
  term: number;
  notAfterMs: number;
  token: Promise<string>;
  /** It may have been revoked since. */
  key: SigningKey;
}

/**
 * Short-lived signed statements that a runner holds a term, which a resource can check without asking
 * anybody. One is never valid for longer than the lease that it comes with, by this server's wall clock.
 */
export class Certificates implements GroupListener {
  private readonly issued = new Map<string, Issued>();

  constructor(private readonly key: () => SigningKey) {}

  /** What is repeated to who leads is of no use where nobody does. */
  changed({ group, after }: Append): void {
    if (!after.leadership) this.issued.delete(group);
  }

  /**
   * `heardMs`: wall clock when the beat arrived, since the lease counts from when it was sent, before that.
   */
  async of(holder: Holder, grant: Grant, heardMs: number): Promise<string> {
    const { group, runner, incarnation } = holder;
    const { term, leaseMs, heartbeatMs } = grant;
    const notAfterMs = heardMs + leaseMs;
    const last = this.issued.get(group);
    const key = this.key();
    const isSame = last?.runner === runner && last.incarnation === incarnation && last.term === term;
    if (
      isSame &&
      last.key === key &&
      last.notAfterMs <= notAfterMs &&
      last.notAfterMs > notAfterMs - heartbeatMs / 2
    )
      return last.token;
    const token = signed(key, TYPE, claimsOf(holder, term, notAfterMs));
    this.issued.set(group, { group, runner, incarnation, term, notAfterMs, token, key });
    return token;
  }

  /**
   * For whoever was elected and waits for nothing else: what a thread signs is there only after all else that this turn
   * does (1.4 ms of a hand-over).
   */
  atOnce(holder: Holder, { term, leaseMs }: Grant, nowMs: number): string {
    return signAtOnce(this.key(), TYPE, claimsOf(holder, term, nowMs + leaseMs));
  }

  /** What a certificate of ours proves that was, also long after; null if it proves nothing. */
  async provenBy(certificate: string, keys: JWK[]): Promise<Claims | null> {
    const long = { currentDate: new Date(0), issuer: 'conclave', typ: TYPE };
    const verified = await jwtVerify(certificate, createLocalJWKSet({ keys }), long).catch(() => null);
    return Claims.safeParse(verified?.payload).data ?? null;
  }
}

function claimsOf({ group, runner, incarnation }: Holder, term: number, notAfterMs: number): object {
  return {
    ...{ group, runner, incarnation, term, notAfter: isoOf(notAfterMs), iss: 'conclave' },
    exp: Math.floor(notAfterMs / 1_000), // whole seconds: never later than notAfter, which counts
  };
}
