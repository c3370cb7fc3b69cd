import { readFileSync, statSync } from 'node:fs';

/** Files in PEM: whom a client trusts, and what it shows of itself. */
export interface Trust {
  /** Authorities that may vouch for servers, instead of those that Node knows. */
  ca?: string | undefined;
  /** Client certificate and its key. */
  cert?: string | undefined;
  key?: string | undefined;
}

/** A file of whom to trust, or of what to show, that cannot be used as that. */
export class UnusableFile extends Error {}

/** Changes when one of them is renewed; null: one cannot be looked at. */
export function stampOf(files: readonly string[]): string | null {
  try {
    return files.map(stampOfFile).join(' ');
  } catch {
    return null;
  }
}

function stampOfFile(path: string): string {
  const { ino, mtimeMs, size } = statSync(path);
  return `${ino}/${mtimeMs}/${size}`;
}

function textIn(path: string | undefined): string | undefined {
  try {
    return path === undefined ? undefined : readFileSync(path, 'utf8');
  } catch (error) {
    throw new UnusableFile(`"${path}" cannot be read: ${(error as Error).message}`, { cause: error });
  }
}

/** What the files hold now. Rejects with {@link UnusableFile}, or with what TLS says of a certificate and a key. */
export async function credentialsIn({ ca, cert, key }: Trust): Promise<Trust> {
  const authorities = textIn(ca);
  // empty, as on a full disk: to Node that would mean all that it trusts by itself
  if (authorities !== undefined && !authorities.includes('-----BEGIN CERTIFICATE-----'))
    throw new UnusableFile(`the file of authorities "${ca}" holds no certificate`);
  const own = { cert: textIn(cert), key: textIn(key) };
  if (own.cert?.trim() === '' || own.key?.trim() === '')
    throw new UnusableFile('the file of a certificate, or of its key, is empty');
  if (own.cert !== undefined || own.key !== undefined) {
    const { createSecureContext } = await import('node:tls');
    createSecureContext(own); // throws for half of one, or for one that the key is not of
  }
  return { ca: authorities, ...own };
}

/** What a header can carry: errors would show anything else whole. */
export const TOKEN = /^[\u0021-\u007e]+$/;
/** Throws without showing it; `from` says whose it is. None at all is no error here. */
export function checkToken(token: string, from: string): string {
  if (token === '' || TOKEN.test(token)) return token;
  throw new Error(`${from} holds more than a token: that is one line of ASCII without spaces`);
}

/**
 * What a file holds now: platforms renew tokens in place. While it is not there, or empty as on a full disk, what it held before,
 * which may count still. Throws if nothing was ever read, and for what is no token; an empty one is none at all.
 */
export class TokenFile {
  private seen = '';
  private text = '';

  constructor(private readonly path: string) {}

  get current(): string {
    try {
      this.read();
    } catch (error) {
      const why = `the token file "${this.path}" cannot be read: ${(error as Error).message}`;
      if (this.text === '') throw new UnusableFile(why, { cause: error });
    }
    return checkToken(this.text, `the token file "${this.path}"`);
  }

  private read(): void {
    const stamp = stampOfFile(this.path);
    if (stamp === this.seen) return;
    const text = readFileSync(this.path, 'utf8').trim();
    if (text !== '') [this.text, this.seen] = [text, stamp];
  }

  /** To a refusal by whoever wants one. */
  explain(error: Error): void {
    if (this.text === '') error.message += ` The token file "${this.path}" is empty.`;
  }
}
