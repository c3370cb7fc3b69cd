import { createLocalJWKSet, errors, jwtVerify, type JSONWebKeySet } from 'jose';

/** What Conclave states in a certificate. */
export interface LeadershipClaims {
  group: string;
  runner: string;
  incarnation: string;
  term: number;
  /** ISO instant by the wall clock of the server that signed; never later than the end of the lease. */
  notAfter: string;
}

/**
 * `forged`: not signed by Conclave, or no certificate. `over`: its lease is over. `outranked`: a higher term
 * was seen.
 */
export type GateRefusal = 'forged' | 'other-group' | 'over' | 'outranked';

/** Thrown by {@link TermGate.admit}: whoever showed that certificate must not be served. */
export class NotAdmitted extends Error {
  override readonly name = 'NotAdmitted';
  constructor(
    readonly why: GateRefusal,
    message: string,
  ) {
    super(message);
  }
}

export interface TermGateOptions {
  group: string;
  /** What `GET /v1/keys` answers. Kept by the resource, so that it need not ask Conclave. */
  keys: JSONWebKeySet;
  /** The highest term that was admitted before; store it with the data that it guards. Default 0. */
  highestTerm?: number;
  /**
   * How far this machine's clock may be off from Conclave's. Default 0. Terms are compared whatever clocks
   * say.
   */
  clockToleranceMs?: number;
}

/**
 * The door of a resource that only leaders may change: it admits certificates that Conclave signed, that are
 * not over, and that are of no lower term than one admitted before. The last is what keeps out an old leader
 * that was paused (fencing); the signature is what keeps out whoever invents a term. Works without a
 * connection to Conclave.
 */
export class TermGate {
  highestTerm: number;
  private readonly keyOf: ReturnType<typeof createLocalJWKSet>;

  constructor(private readonly options: TermGateOptions) {
    this.highestTerm = options.highestTerm ?? 0;
    this.keyOf = createLocalJWKSet(options.keys);
  }

  /** Resolves with what the certificate states, and remembers its term. Rejects with {@link NotAdmitted}. */
  async admit(certificate: string, nowMs = Date.now()): Promise<LeadershipClaims> {
    const { group, clockToleranceMs = 0 } = this.options;
    const claims = await this.verified(certificate);
    const { runner, term, notAfter } = claims;
    if (claims.group !== group)
      throw new NotAdmitted('other-group', `the certificate is of group "${claims.group}", not "${group}"`);
    if (term < this.highestTerm)
      throw new NotAdmitted(
        'outranked',
        `term ${term} of "${runner}" is over: term ${this.highestTerm} was here already`,
      );
    if (Date.parse(notAfter) + clockToleranceMs < nowMs)
      throw new NotAdmitted('over', `the lease of "${runner}" for term ${term} ended at ${notAfter}`);
    this.highestTerm = term;
    return claims;
  }

  private async verified(certificate: string): Promise<LeadershipClaims> {
    try {
      const { payload } = await jwtVerify<LeadershipClaims>(certificate, this.keyOf, {
        issuer: 'conclave',
        algorithms: ['EdDSA'],
        typ: 'conclave-leader+jwt',
        currentDate: new Date(0), // its end is judged above, to the millisecond
      });
      const { term, notAfter } = payload;
      if (!Number.isSafeInteger(term) || Number.isNaN(Date.parse(notAfter)))
        throw new errors.JWTInvalid('it names no term, or no end');
      return payload;
    } catch (error) {
      if (!(error instanceof errors.JOSEError)) throw error;
      throw new NotAdmitted('forged', `this is no certificate that Conclave signed: ${error.message}`);
    }
  }
}
