import { createServer, type Server } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, SignJWT, type CryptoKey, type JWK } from 'jose';

export interface SignerKey {
  kid: string;
  privateKey: CryptoKey;
  publicKey: CryptoKey;
  jwk: JWK;
}

export async function makeKey(kid: string, alg = 'ES256'): Promise<SignerKey> {
  const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true });
  return { kid, privateKey, publicKey, jwk: { ...(await exportJWK(publicKey)), kid, alg, use: 'sig' } };
}

const nowS = () => Math.floor(Date.now() / 1_000);
const AUDIENCE = 'conclave';

/** A token that is good, but for what is said otherwise; `undefined` leaves a claim out. */
export async function signToken(
  { kid, privateKey, jwk }: SignerKey,
  issuer: string,
  claims: Record<string, unknown> = {},
): Promise<string> {
  const all = { iss: issuer, aud: AUDIENCE, sub: 'ana', exp: nowS() + 300, ...claims };
  return new SignJWT(all).setProtectedHeader({ alg: jwk.alg!, kid }).sign(privateKey);
}

/** Somebody else's OpenID provider: its discovery document and its keys. */
export class Issuer {
  keys: SignerKey[] = [];
  /** Every path that was asked for. */
  readonly asked: string[] = [];
  private server: Server | null = null;
  private port = 0;

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  async start(): Promise<void> {
    this.server = createServer(({ url = '' }, response) => {
      this.asked.push(url);
      response.setHeader('content-type', 'application/json');
      const jwks = { keys: this.keys.map(({ jwk }) => jwk) };
      if (url === '/jwks') response.end(JSON.stringify(jwks));
      else if (url === '/.well-known/openid-configuration')
        response.end(JSON.stringify({ issuer: this.url, jwks_uri: `${this.url}/jwks` }));
      else response.writeHead(404).end('{}');
    });
    this.server.listen(this.port, '127.0.0.1');
    await once(this.server, 'listening');
    this.port = (this.server.address() as AddressInfo).port;
  }

  async stop(): Promise<void> {
    const { server } = this;
    this.server = null;
    if (!server) return;
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  }
}
