import {
  createLocalJWKSet,
  createRemoteJWKSet,
  customFetch,
  jwksCache,
  type JSONWebKeySet,
  type JWKSCacheInput,
  type JWTVerifyGetKey,
} from 'jose';
import { z } from 'zod';
import type { IssuerRule } from './access-file.js';
import { ReloadedFile, type Reporter } from './reloaded-file.js';
import { jsonIn } from './token-store.js';

const PATIENCE_MS = 5_000;
const MOST_BYTES = 1_000_000;
/** A token that names an unknown key makes the keys be asked for again, but not more often than this. */
const ASK_AGAIN_MS = 2_000;
/** Without an issuer its keys count for so long. */
const KEPT_MS = 600_000;
/** Older ones are asked for anew while they still count: nobody is to wait for an issuer that is slow, or away for a moment. */
const RENEW_MS = 300_000;
const RENEW_AGAIN_MS = 10_000;
const Discovery = z.object({ issuer: z.string(), jwks_uri: z.url() });

const keysIn = (text: string): JWTVerifyGetKey => createLocalJWKSet(jsonIn(text) as JSONWebKeySet);

/** The public keys of an issuer: in a file, which may change, or where a URL or OIDC discovery says. */
export class IssuerKeys {
  private file: ReloadedFile<JWTVerifyGetKey> | null = null;
  private remote: ReturnType<typeof createRemoteJWKSet> | null = null;
  /** Where discovery said last that they are. */
  private found: string | null = null;
  private readonly read: JWKSCacheInput = {};
  private askedMs = -Infinity;
  private isAway = false;

  constructor(
    private readonly rule: Pick<IssuerRule, 'issuer' | 'keys'>,
    private readonly reporter: Reporter,
  ) {}

  /** True if they are where this rule says. */
  isOf({ issuer, keys }: IssuerRule): boolean {
    return issuer === this.rule.issuer && keys === this.rule.keys;
  }

  /** Throws, or what it gives rejects, with what keeps them away. */
  find(): JWTVerifyGetKey {
    const { keys, issuer } = this.rule;
    if (keys !== undefined && !/^https?:/.test(keys))
      return (this.file ??= new ReloadedFile(keys, keysIn, this.reporter)).current;
    this.heedClock();
    this.remote ??= createRemoteJWKSet(new URL(keys ?? issuer), {
      timeoutDuration: 2 * PATIENCE_MS, // where they are, and what they are
      cooldownDuration: ASK_AGAIN_MS,
      cacheMaxAge: KEPT_MS,
      [jwksCache]: this.read,
      [customFetch]: async () => this.asked(),
    });
    this.renew(this.remote);
    return this.remote;
  }

  /** jose goes by the wall clock: when that is set back, what was read before would count, and be all there is, for as long. */
  private heedClock(): void {
    const read = this.read as { uat?: number };
    if (read.uat === undefined || read.uat <= Date.now()) return;
    read.uat = Date.now() - RENEW_MS; // asked for anew at once, and kept meanwhile
    [this.remote, this.askedMs] = [null, -Infinity];
  }

  private renew({ reload }: NonNullable<typeof this.remote>): void {
    const { uat } = this.read as { uat?: number };
    if (uat === undefined || Date.now() - uat < RENEW_MS) return;
    if (Date.now() - this.askedMs >= RENEW_AGAIN_MS) reload().catch(() => undefined); // it was said
  }

  private async asked(): Promise<Response> {
    this.askedMs = Date.now();
    const { issuer, keys } = this.rule;
    try {
      const text = await (keys === undefined ? this.discovered() : keysAt(keys));
      if (this.isAway) this.reporter.warn(`the keys of issuer "${issuer}" are there again`);
      this.isAway = false;
      return new Response(text);
    } catch (error) {
      if (!this.isAway)
        this.reporter.warn(`the keys of issuer "${issuer}" cannot be had: ${(error as Error).message}`);
      this.isAway = true;
      throw error;
    }
  }

  /** Where they are is asked each time, as they may move, but beside: who is slow needs its time for both. */
  private async discovered(): Promise<string> {
    const { found } = this;
    if (found === null) return keysAt((this.found = await discover(this.rule.issuer)));
    const [where, there] = await Promise.allSettled([discover(this.rule.issuer), keysAt(found)]);
    if (where.status === 'fulfilled' && where.value !== found) return keysAt((this.found = where.value));
    if (there.status === 'rejected') throw there.reason;
    return there.value;
  }
}

/** Text of a JWK set, or it rejects. */
async function keysAt(url: string): Promise<string> {
  const text = await textAt(url, 'manual');
  createLocalJWKSet(jsonAt(url, text) as JSONWebKeySet);
  return text;
}

async function discover(issuer: string): Promise<string> {
  const url = `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;
  const found = Discovery.safeParse(jsonAt(url, await textAt(url, 'follow')));
  if (!found.success) throw new Error(`${url} names no issuer and jwks_uri`);
  if (found.data.issuer !== issuer) throw new Error(`${url} is of issuer "${found.data.issuer}"`);
  return found.data.jwks_uri;
}

function jsonAt(url: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Error(`${url} answers with no JSON`);
  }
}

/** Who names an issuer makes it be asked, so what it answers must have an end. */
async function textAt(url: string, redirect: RequestInit['redirect']): Promise<string> {
  const signal = AbortSignal.timeout(PATIENCE_MS);
  const response = await fetch(url, { signal, redirect }).catch((error: Error) => {
    const { code } = (error.cause ?? {}) as NodeJS.ErrnoException;
    throw code === undefined ? error : new Error(`${url} cannot be reached (${code})`, { cause: error });
  });
  if (!response.ok) throw new Error(`${url} answered ${response.status}`);
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    chunks.push(chunk);
    if ((size += chunk.length) > MOST_BYTES)
      throw new Error(`${url} answers with more than ${MOST_BYTES} bytes`);
  }
  return Buffer.concat(chunks).toString();
}
