import { readFileSync } from 'node:fs';
import {
  createLocalJWKSet,
  createRemoteJWKSet,
  decodeJwt,
  errors,
  jwtVerify,
  type JSONWebKeySet,
  type JWTVerifyGetKey,
} from 'jose';
import { z } from 'zod';
import type { IssuerRule } from './access-file.js';
import { grantsFor, nameIn } from './claims.js';
import { AccessRefused, unauthenticated } from './errors.js';
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
const PATIENCE_MS = 5_000;
const Discovery = z.object({ issuer: z.string(), jwks_uri: z.url() });

/** Bearer tokens that somebody else signed. */
export class Issuers {
  private readonly keys = new Map<string, Promise<JWTVerifyGetKey>>();

  constructor(private readonly rules: readonly IssuerRule[]) {}

  /** Rejects with {@link AccessRefused}. */
  async callerOf(token: string, nowMs: number): Promise<Caller> {
    const rule = this.ruleOf(token);
    const options = {
      issuer: rule.issuer,
      audience: rule.audience,
      algorithms: ALGORITHMS,
      clockTolerance: rule.clockSkewMs / 1_000,
      currentDate: new Date(nowMs),
      requiredClaims: ['exp', 'sub'],
    };
    const keys = await this.keysOf(rule);
    const { payload } = await jwtVerify(token, keys, options).catch((error: unknown) => {
      throw this.refusal(rule, error);
    });
    const subject = payload.sub!;
    const name = nameIn(payload, rule.name);
    if (name === null) throw unauthenticated(`the token has no claim "${rule.name}" that can be a name`);
    return {
      name,
      auth: { kind: 'jwt', subject, issuer: rule.issuer },
      grants: grantsFor(rule.grants, payload),
      expiresAtMs: payload.exp! * 1_000 + rule.clockSkewMs,
    };
  }

  private ruleOf(token: string): IssuerRule {
    let issuer: string | undefined;
    try {
      issuer = decodeJwt(token).iss;
    } catch {
      throw unauthenticated('the token is neither one of Conclave nor a JWT');
    }
    const rule = this.rules.find((one) => one.issuer === issuer);
    if (!rule) throw unauthenticated(`tokens of issuer "${String(issuer).slice(0, 200)}" are not taken here`);
    return rule;
  }

  /** Found out once; tried again after a failure. */
  private async keysOf(rule: IssuerRule): Promise<JWTVerifyGetKey> {
    const known = this.keys.get(rule.issuer) ?? this.find(rule);
    this.keys.set(rule.issuer, known);
    try {
      return await known;
    } catch (error) {
      this.keys.delete(rule.issuer);
      throw this.unavailable(rule, error);
    }
  }

  private async find({ issuer, keys }: IssuerRule): Promise<JWTVerifyGetKey> {
    if (keys !== undefined && !/^https?:/.test(keys))
      return createLocalJWKSet(JSON.parse(readFileSync(keys, 'utf8')) as JSONWebKeySet);
    const url = keys ?? (await this.discovered(issuer));
    return createRemoteJWKSet(new URL(url), { timeoutDuration: PATIENCE_MS });
  }

  private async discovered(issuer: string): Promise<string> {
    const url = `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;
    const response = await fetch(url, { signal: AbortSignal.timeout(PATIENCE_MS) });
    if (!response.ok) throw new Error(`${url} answered ${response.status}`);
    const found = Discovery.parse(await response.json());
    if (found.issuer !== issuer) throw new Error(`${url} is of issuer "${found.issuer}"`);
    return found.jwks_uri;
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
