import type { JSONWebKeySet, JWTVerifyGetKey } from 'jose';
import { checkOptions, GROUP, isObject, isText, type Must } from './checking/checked-options.js';

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
  /**
   * What `GET /v1/keys` answers, parsed: a JWK set, which is looked at here. Kept by the resource, so that it need not ask
   * Conclave.
   */
  keys: unknown;
  /** The highest term that was admitted before; store it with the data that it guards. Default 0. */
  highestTerm?: number;
  /**
   * How far this machine's clock may be off from Conclave's. Default 0. Terms are compared whatever clocks
   * say.
   */
  clockToleranceMs?: number;
}

const isTime = (value: unknown): boolean => typeof value === 'number' && Number.isFinite(value) && value >= 0;
const isKeySet = (value: unknown): boolean => {
  const keys = isObject(value) && 'keys' in value ? value.keys : null;
  return (
    Array.isArray(keys) &&
    keys.length > 0 &&
    keys.every((key) => isObject(key) && 'kty' in key && isText(key.kty))
  );
};
/** What it must not take for something else: a comparison with NaN, or a text, lets everybody in. */
const MUST: Record<keyof TermGateOptions, Must> = {
  group: GROUP,
  keys: ['what GET /v1/keys answers, parsed: an object whose "keys" is a list of public keys', isKeySet],
  highestTerm: [
    'a whole number from 0 on, the highest term that was admitted before',
    (value) => Number.isSafeInteger(value) && (value as number) >= 0,
  ],
  clockToleranceMs: ['milliseconds: a number from 0 on', isTime],
};

/**
 * The door of a resource that only leaders may change: it admits certificates that Conclave signed, that are
 * not over, and that are of no lower term than one admitted before. The last is what keeps out an old leader
 * that was paused (fencing); the signature is what keeps out whoever invents a term. Works without a
 * connection to Conclave.
 */
export class TermGate {
  highestTerm: number;
  private readonly options: { group: string; clockToleranceMs: number };
  private keys!: JSONWebKeySet;
  /** What was let in last, until it has ended. */
  private served: Promise<unknown> = Promise.resolve();
  private keyOf: JWTVerifyGetKey | undefined;
  /** Not with this file: runners, which need none, lead in three quarters of the time without. */
  private readonly jose: Promise<typeof import('jose')>;

  /** Throws a TypeError that names every option that is wrong, and what it must be. */
  constructor(options: TermGateOptions) {
    const given = checkOptions('TermGate', MUST, ['group', 'keys'], options);
    const { group, keys, highestTerm = 0, clockToleranceMs = 0 } = given;
    this.options = { group, clockToleranceMs };
    this.highestTerm = highestTerm;
    this.trust(keys);
    this.jose = import('jose');
    this.jose.catch(() => undefined); // whoever is to be admitted hears of it; the resource goes on
  }

  /**
   * Other keys count from now on: what `GET /v1/keys` answers after a server has made itself a new one. Throws a TypeError if it is no
   * such thing, and goes on with those before.
   */
  trust(keys: unknown): void {
    if (!isKeySet(keys)) throw new TypeError(`TermGate: keys must be ${MUST.keys[0]}, not what was given`);
    this.keys = structuredClone(keys) as JSONWebKeySet; // whom it trusts is settled here
    this.keyOf = undefined;
  }

  /**
   * Admits, and lets nobody else in by this before `act` has ended: a write that an older leader began does not come to its end behind
   * one of a newer leader. Rejects with {@link NotAdmitted}, or as `act` does. A resource of several processes needs the term in each
   * write instead (docs/fencing.md).
   */
  async serve<T>(certificate: string, act: (claims: LeadershipClaims) => Promise<T> | T): Promise<T> {
    const served = this.served.then(async () => act(await this.admit(certificate)));
    this.served = served.catch(() => undefined);
    return served;
  }

  /** Resolves with what the certificate states, and remembers its term. Rejects with {@link NotAdmitted}. */
  async admit(certificate: string, nowMs = Date.now()): Promise<LeadershipClaims> {
    const { group, clockToleranceMs } = this.options;
    if (!isTime(nowMs)) throw new TypeError('admit() takes the time as milliseconds since 1970: a number');
    const claims = await this.verified(certificate);
    const { runner, term, notAfter } = claims;
    if (claims.group !== group)
      throw new NotAdmitted('other-group', `the certificate is of group "${claims.group}", not "${group}"`);
    // asked this way round it holds also where that was set to what is no number
    if (!(term >= this.highestTerm))
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
    const { createLocalJWKSet, errors, jwtVerify } = await this.jose;
    try {
      this.keyOf ??= createLocalJWKSet(this.keys);
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
