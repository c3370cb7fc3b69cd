import { createLocalJWKSet, jwtVerify, SignJWT, type JWK } from 'jose';
import { z } from 'zod';
import { isoOf } from '@conclave/kernel';
import type { SigningKey } from './signing-key.js';

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
}

/**
 * Short-lived signed statements that a runner holds a term, which a resource can check without asking
 * anybody. One is never valid for longer than the lease that it comes with, by this server's wall clock.
 */
export class Certificates {
  private readonly issued = new Map<string, Issued>();

  constructor(private readonly key: () => SigningKey) {}

  /**
   * `heardMs`: wall clock when the beat arrived, since the lease counts from when it was sent, before that.
   */
  async of(holder: Holder, { term, leaseMs, heartbeatMs }: Grant, heardMs: number): Promise<string> {
    const { group, runner, incarnation } = holder;
    const notAfterMs = heardMs + leaseMs;
    const last = this.issued.get(group);
    const isSame = last?.runner === runner && last.incarnation === incarnation && last.term === term;
    if (isSame && last.notAfterMs <= notAfterMs && last.notAfterMs > notAfterMs - heartbeatMs / 2)
      return last.token;
    const token = this.sign({ group, runner, incarnation, term, notAfter: isoOf(notAfterMs) }, notAfterMs);
    this.issued.set(group, { group, runner, incarnation, term, notAfterMs, token });
    return token;
  }

  /** What a certificate of ours proves that was, also long after; null if it proves nothing. */
  async provenBy(certificate: string, keys: JWK[]): Promise<Claims | null> {
    const long = { currentDate: new Date(0), issuer: 'conclave', typ: 'conclave-leader+jwt' };
    const verified = await jwtVerify(certificate, createLocalJWKSet({ keys }), long).catch(() => null);
    return Claims.safeParse(verified?.payload).data ?? null;
  }

  private async sign(claims: Record<string, unknown>, notAfterMs: number): Promise<string> {
    const { privateKey, publicKey } = this.key();
    return new SignJWT(claims)
      .setProtectedHeader({ alg: 'EdDSA', kid: publicKey.kid, typ: 'conclave-leader+jwt' })
      .setIssuer('conclave')
      .setExpirationTime(Math.floor(notAfterMs / 1_000)) // whole seconds: never later than notAfter, which counts
      .sign(privateKey);
  }
}
