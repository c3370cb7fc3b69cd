import {
  createLocalJWKSet,
  decodeProtectedHeader,
  errors,
  jwtVerify,
  SignJWT,
  type CryptoKey,
  type JWK,
} from 'jose';
import { z } from 'zod';
import { AccessRefused } from './errors.js';
import type { Caller } from './roles.js';

/** Who registers with a join token gets one, and shows it from then on; it registers again before this is over. */
const VALID_MS = 30 * 86_400_000;
const TYPE = 'conclave-runner+jwt';
const Claims = z.object({ group: z.string(), sub: z.string(), incarnation: z.string(), exp: z.number() });

export interface Process {
  group: string;
  runner: string;
  incarnation: string;
}
interface Signer {
  privateKey: CryptoKey;
  publicKey: { kid: string };
}

/** A runner's own credential: signed by a server, so that every server of the log can check it. */
export async function runnerCredential(
  { group, runner, incarnation }: Process,
  { privateKey, publicKey }: Signer,
  nowMs: number,
): Promise<string> {
  return new SignJWT({ group, incarnation })
    .setProtectedHeader({ alg: 'EdDSA', kid: publicKey.kid, typ: TYPE })
    .setIssuer('conclave')
    .setSubject(runner)
    .setIssuedAt(Math.floor(nowMs / 1_000)) // whose clock is another one can tell how long it counts
    .setExpirationTime(Math.floor((nowMs + VALID_MS) / 1_000))
    .sign(privateKey);
}

export function isRunnerCredential(token: string): boolean {
  try {
    return decodeProtectedHeader(token).typ === TYPE;
  } catch {
    return false;
  }
}

/** `keys`: that servers of this log sign with, without revoked ones. Rejects with {@link AccessRefused}. */
export async function callerByCredential(token: string, keys: JWK[], nowMs: number): Promise<Caller> {
  const options = { issuer: 'conclave', typ: TYPE, currentDate: new Date(nowMs), algorithms: ['EdDSA'] };
  const { payload } = await jwtVerify(token, createLocalJWKSet({ keys }), options).catch((error: Error) => {
    const why = `the runner's credential does not count: ${error.message}. Register again.`;
    throw new AccessRefused('unauthenticated', why, error instanceof errors.JWKSNoMatchingKey);
  });
  const { group, sub: runner, incarnation, exp } = Claims.parse(payload);
  return {
    name: runner,
    auth: { kind: 'runner', subject: `${group}/${runner}`, issuer: null },
    grants: [{ role: 'runner', groups: [group], runners: [runner] }],
    expiresAtMs: exp * 1_000,
    incarnation,
  };
}
