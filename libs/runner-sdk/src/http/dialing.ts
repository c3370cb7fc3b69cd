import { readFileSync, statSync } from 'node:fs';

/** Files in PEM: whom a client trusts, and what it shows of itself. */
export interface Trust {
  /** Authorities that may vouch for servers, instead of those that Node knows. */
  ca?: string | undefined;
  /** Client certificate and its key. */
  cert?: string | undefined;
  key?: string | undefined;
}

/** Somebody answers that it is elsewhere: what is shown here (tokens, secrets) is not for whoever that is. */
export class Redirected extends Error {
  constructor(
    url: string,
    { status, headers }: { status: number; headers: { get(name: string): string | null } },
  ) {
    super(
      `${new URL(url).origin} leads elsewhere (${status}, to ${headers.get('location') ?? 'no address'}), which is not followed: take the address of the server itself`,
    );
  }
}

/** A file of whom to trust, or of what to show, that cannot be used as that. */
export class UnusableFile extends Error {}

const HEARS_TLS = new Set(['UND_ERR_SOCKET', 'ECONNRESET', 'HPE_INVALID_CONSTANT']);
/** A server that waits for TLS and hears none ends the connection without a word, or says so in TLS. */
export const hintAt = (url: string, code: string): string =>
  url.startsWith('http:') && HEARS_TLS.has(code) ? '; is it https://?' : '';

/** Of what TLS says, whatever was answered before. */
const HINTS_AT_TLS: [said: RegExp, hint: string][] = [
  [
    /SELF_SIGNED_CERT|^UNABLE_TO_(VERIFY|GET_ISSUER)/,
    'name the file of the authority that vouches for it (ca)',
  ],
  [/^CERT_(HAS_EXPIRED|NOT_YET_VALID)$/, 'renew its certificate, or set the clock here'],
  [/^ERR_TLS_CERT_ALTNAME_INVALID$/, 'its certificate is for another name: ask for it by one that it has'],
  [/^ERR_SSL_/, 'is it http://?'],
];
function hintAtTls(code: string): string {
  const found = HINTS_AT_TLS.find(([said]) => said.test(code));
  return found ? `; ${found[1]}` : '';
}

/** Who has answered before: what they end now they end for another reason. */
type Answered = Set<string>;

/** `fetch` says "fetch failed" of all that it could not reach: whom, and why, is for whoever reads a log. */
function named(url: string, error: Error, answered: Answered): Error {
  if (error.message !== 'fetch failed' || !error.cause) return error;
  const { message, code = message } = error.cause as NodeJS.ErrnoException;
  const { origin } = new URL(url);
  const hint = hintAtTls(code) || (answered.has(origin) ? '' : hintAt(url, code));
  return new TypeError(`${origin} was not reached: ${code}${hint}`, { cause: error.cause });
}

async function unlessRedirected(
  url: string,
  answer: Promise<Response>,
  answered: Answered,
): Promise<Response> {
  const response = await answer.catch((error: Error) => {
    throw named(url, error, answered);
  });
  answered.add(new URL(url).origin);
  if (response.status < 300 || response.status >= 400) return response;
  await response.body?.cancel();
  throw new Redirected(url, response);
}

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

/** `fetch` that trusts so, and follows nobody elsewhere; files are read when it is first used, and when they are renewed. Without any of them it is the one of this process. */
export function fetchFor({ ca, cert, key }: Trust): typeof fetch {
  const files = [ca, cert, key].filter((path) => path !== undefined);
  const answered: Answered = new Set();
  if (files.length === 0)
    return async (input, init) =>
      unlessRedirected(input as string, globalThis.fetch(input, { ...init, redirect: 'manual' }), answered);
  let dialed: { stamp: string | null; ways: Promise<typeof fetch> } | null = null;
  const dial = async (): Promise<typeof fetch> => {
    const { Agent, fetch: dialing } = await import('undici');
    const own = await credentialsIn({ ca, cert, key });
    const dispatcher = new Agent({ connect: own });
    return (async (input: string, init: object) =>
      dialing(input, { ...init, redirect: 'manual', dispatcher })) as never;
  };
  return async (input, init) => {
    const stamp = stampOf(files);
    if (!dialed || (stamp !== null && stamp !== dialed.stamp)) {
      const before = dialed?.ways;
      const ways = dial().catch((error: unknown) => {
        dialed = before ? { stamp: null, ways: before } : null; // what is renewed is not there, or not whole, yet
        if (before) return before;
        throw error;
      });
      dialed = { stamp, ways };
    }
    return unlessRedirected(input as string, (await dialed.ways)(input, init), answered);
  };
}

/** What a header can carry: `fetch` would show anything else whole in its error. */
export const TOKEN = /^[\u0021-\u007e]+$/;
/** Throws without showing it; `from` says whose it is. None at all is no error here. */
export function checkToken(token: string, from: string): string {
  if (token === '' || TOKEN.test(token)) return token;
  throw new Error(`${from} holds more than a token: that is one line of ASCII without spaces`);
}

/**
 * What a file holds now: platforms renew tokens in place. While it is not there, or empty as on a full disk, what it held before,
 * which may count still. Throws if nothing was ever read.
 */
export class FileText {
  private seen = '';
  private text = '';

  constructor(private readonly path: string) {}

  get current(): string {
    try {
      const stamp = stampOfFile(this.path);
      if (stamp === this.seen) return this.text;
      const text = readFileSync(this.path, 'utf8').trim();
      if (text !== '') [this.text, this.seen] = [text, stamp];
    } catch (error) {
      if (this.text === '') throw error;
    }
    return this.text;
  }
}
