import {
  createLocalJWKSet,
  createRemoteJWKSet,
  customFetch,
  type JSONWebKeySet,
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
const Discovery = z.object({ issuer: z.string(), jwks_uri: z.url() });

const keysIn = (text: string): JWTVerifyGetKey => createLocalJWKSet(jsonIn(text) as JSONWebKeySet);

/** The public keys of an issuer: in a file, which may change, or where a URL or OIDC discovery says. */
export class IssuerKeys {
  private file: ReloadedFile<JWTVerifyGetKey> | null = null;
  private remote: Promise<JWTVerifyGetKey> | null = null;

  constructor(
    private readonly rule: Pick<IssuerRule, 'issuer' | 'keys'>,
    private readonly reporter: Reporter,
  ) {}

  /** True if they are where this rule says. */
  isOf({ issuer, keys }: IssuerRule): boolean {
    return issuer === this.rule.issuer && keys === this.rule.keys;
  }

  /** Where they are is found out once; after a failure it is tried again. Rejects with what keeps them away. */
  async find(): Promise<JWTVerifyGetKey> {
    const { keys, issuer } = this.rule;
    if (keys !== undefined && !/^https?:/.test(keys))
      return (this.file ??= new ReloadedFile(keys, keysIn, this.reporter)).current;
    this.remote ??= this.dialed(keys ?? null, issuer);
    try {
      return await this.remote;
    } catch (error) {
      this.remote = null;
      throw error;
    }
  }

  private async dialed(keys: string | null, issuer: string): Promise<JWTVerifyGetKey> {
    const url = new URL(keys ?? (await discover(issuer)));
    return createRemoteJWKSet(url, {
      timeoutDuration: PATIENCE_MS,
      cooldownDuration: ASK_AGAIN_MS,
      [customFetch]: async (asked, options) => new Response(await textAt(asked, options)),
    });
  }
}

async function discover(issuer: string): Promise<string> {
  const url = `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;
  const found = Discovery.parse(JSON.parse(await textAt(url, { signal: AbortSignal.timeout(PATIENCE_MS) })));
  if (found.issuer !== issuer) throw new Error(`${url} is of issuer "${found.issuer}"`);
  return found.jwks_uri;
}

/** Who names an issuer makes it be asked, so what it answers must have an end. */
async function textAt(url: string, options: RequestInit): Promise<string> {
  const response = await fetch(url, options);
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
