import { decodeJwt, errors, jwtVerify, type JWTVerifyGetKey } from 'jose';
import type { IssuerRule } from './access-file.js';
import { grantsFor, nameIn } from './claims.js';
import { AccessRefused, unauthenticated } from './errors.js';
import { IssuerKeys } from './issuer-keys.js';
import type { Reporter } from './reloaded-file.js';
import type { Caller } from './roles.js';

/** Signatures that only the holder of a private key can make: a public key must never pass as a shared secret. */
const ALGORITHMS = [
  'EdDSA',
  'Ed25519',
  'ES256',
  'ES384',
  'ES512',
  'PS256',
  'PS384',
  'PS512',
  'RS256',
  'RS384',
  'RS512',
];

/** It stands in every event that its holder causes. */
const MOST_SUBJECT = 500;

/** The last instant that a date can be. */
const LAST_MS = 8.64e15;
const expiryOf = (exp: number, { clockSkewMs }: IssuerRule): number =>
  Math.min(exp * 1_000 + clockSkewMs, LAST_MS);

/** Bearer tokens that somebody else signed. */
export class Issuers {
  private readonly keys: ReadonlyMap<string, IssuerKeys>;

  /** `before`: as the rules were. The keys of an issuer stay that are where they were: it may be away just now. */
  constructor(
    private readonly rules: readonly IssuerRule[],
    reporter: Reporter,
    before?: Issuers,
  ) {
    const keysOf = (rule: IssuerRule): IssuerKeys => {
      const kept = before?.keys.get(rule.issuer);
      return kept?.isOf(rule) ? kept : new IssuerKeys(rule, reporter);
    };
    this.keys = new Map(rules.map((rule) => [rule.issuer, keysOf(rule)]));
  }

  /** Rejects with {@link AccessRefused}. */
  async callerOf(token: string, nowMs: number): Promise<Caller> {
    const rule = this.ruleOf(token, nowMs);
    const options = {
      issuer: rule.issuer,
      audience: rule.audience,
      algorithms: ALGORITHMS,
      clockTolerance: rule.clockSkewMs / 1_000,
      currentDate: new Date(nowMs),
      requiredClaims: ['exp', 'sub'],
    };
    const keys = this.keysOf(rule);
    const { payload } = await jwtVerify(token, keys, options).catch((error: unknown) => {
      throw this.refusal(rule, error);
    });
    const { sub: subject } = payload as { sub: unknown };
    // half of a pair stands in no event: whatever its holder asked for would be a defect
    if (typeof subject !== 'string' || subject.length > MOST_SUBJECT || !subject.isWellFormed())
      throw unauthenticated(`its claim "sub" is no Unicode text of at most ${MOST_SUBJECT} characters`);
    const name = nameIn(payload, rule.name);
    if (name === null) throw unauthenticated(`the token has no claim "${rule.name}" that can be a name`);
    return {
      name,
      auth: { kind: 'jwt', subject, issuer: rule.issuer },
      grants: grantsFor(rule.grants, payload),
      expiresAtMs: expiryOf(payload.exp!, rule),
    };
  }

  private keysOf(rule: IssuerRule): JWTVerifyGetKey {
    try {
      return this.keys.get(rule.issuer)!.find();
    } catch (error) {
      throw this.unavailable(rule, error);
    }
  }

  /** Of one that has expired no issuer need be asked. */
  private ruleOf(token: string, nowMs: number): IssuerRule {
    let issuer: string | undefined;
    let exp: number | undefined;
    try {
      ({ iss: issuer, exp } = decodeJwt(token));
    } catch {
      throw unauthenticated('the token is neither one of Conclave nor a JWT');
    }
    const rule = this.rules.find((one) => one.issuer === issuer);
    if (!rule) throw unauthenticated(`tokens of issuer "${String(issuer).slice(0, 200)}" are not taken here`);
    if (exp !== undefined && expiryOf(exp, rule) <= nowMs) throw unauthenticated('the token has expired');
    return rule;
  }

  private refusal(rule: IssuerRule, error: unknown): AccessRefused {
    const isOurs = error instanceof errors.JOSEError && !(error instanceof errors.JWKSTimeout);
    const isKnown = isOurs && !(error.code === 'ERR_JOSE_GENERIC' || error instanceof errors.JWKSInvalid);
    return isKnown
      ? unauthenticated(`the token does not count: ${error.message}`)
      : this.unavailable(rule, error);
  }
  private unavailable({ issuer }: IssuerRule, error: unknown): AccessRefused {
    const why = (error as Error).message;
    return new AccessRefused('issuer-unavailable', `the keys of issuer "${issuer}" cannot be had: ${why}.`);
  }
}
