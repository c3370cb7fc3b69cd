import { ask, Connections, type Answer, type Asked } from './asking.js';
import { processWide } from '../pace/process-wide.js';
import { credentialsIn, stampOf, type Trust } from './trust.js';

const HEARS_TLS = new Set(['ECONNRESET', 'HPE_INVALID_CONSTANT']);
/** A server that waits for TLS and hears none ends the connection without a word, or says so in TLS. */
const hintAt = (url: string, code: string): string =>
  url.startsWith('http:') && HEARS_TLS.has(code) ? '; is it https://?' : '';

/** What TLS says where the other side ended the connection for want of one that it knows; of what is read, as SSL/TLS_ALERT_…. */
export const WANTS_CERTIFICATE = /^ERR_SSL_[\w/]*_(CERTIFICATE_REQUIRED|HANDSHAKE_FAILURE|UNKNOWN_CA)$/;
/** Of what TLS says, whatever was answered before. */
const HINTS_AT_TLS: [said: RegExp, hint: string][] = [
  [
    /^UNABLE_TO_VERIFY_LEAF/,
    'name the file of the authority that vouches for it (ca); if it is named, it is another one, or the server leaves out those between',
  ],
  [/^UNABLE_TO_GET_ISSUER_CERT$/, 'the file of authorities (ca) needs the root, too'],
  [/^INVALID_PURPOSE$/, 'its certificate is not one for servers (serverAuth)'],
  [
    /SELF_SIGNED_CERT|^UNABLE_TO_(VERIFY|GET_ISSUER)/,
    'name the file of the authority that vouches for it (ca)',
  ],
  [/^CERT_(HAS_EXPIRED|NOT_YET_VALID)$/, 'renew its certificate, or set the clock here'],
  [/^ERR_TLS_CERT_ALTNAME_INVALID$/, 'its certificate is for another name: ask for it by one that it has'],
  [WANTS_CERTIFICATE, 'it may want a client certificate that it knows (cert, key)'],
  [/^ERR_SSL_(?!.*ALERT)/, 'is it http://?'], // an alert is TLS
];
function hintAtTls(code: string): string {
  const found = HINTS_AT_TLS.find(([said]) => said.test(code));
  return found ? `; ${found[1]}` : '';
}

/** Who has answered before: what they end now they end for another reason. */
type Answered = Set<string>;

/** Whom, and why: for whoever reads a log. */
function named(url: string, error: Error, answered: Answered): Error {
  const { code } = error as { code?: unknown };
  if (typeof code !== 'string') return error; // given up, or led elsewhere
  const { origin } = new URL(url);
  const hint = hintAtTls(code) || (answered.has(origin) ? '' : hintAt(url, code));
  return new TypeError(`${origin} was not reached: ${code}${hint}`, { cause: error });
}

/** No Conclave answers a runner at such length: whoever does would take all memory of the program that it is part of. */
const MOST_ANSWERED = 16 * 2 ** 20;

/** All that is answered. Rejects as {@link Ask} does, and where that has no end. */
export async function textOf(url: string, { body }: Answer): Promise<string> {
  try {
    let text = '';
    for await (const piece of body.setEncoding('utf8')) {
      text += piece as string;
      if (text.length > MOST_ANSWERED)
        throw new Error(
          `${new URL(url).origin} answers with more than 16 MiB, as no Conclave does: is it another program, or a proxy?`,
        );
    }
    return text;
  } catch (error) {
    throw named(url, error as Error, new Set([new URL(url).origin]));
  }
}

/**
 * Rejects with an error that names whom it did not reach and why, with `Redirected`, with `UnusableFile`, or with the reason of
 * the signal.
 */
export type Ask = (url: string, asked?: Asked) => Promise<Answer>;

/** Of all that show nothing of their own and trust whom Node does: runners of one process share connections. */
const open = processWide(() => new Connections({}));
/** Of those with the same files: in TLS each connection costs a handshake, and beats said together go by that of any of them. */
const byFiles = new Map<string, Dialed>();

type Dialed = () => Connections | Promise<Connections>;
function dialedBy({ ca, cert, key }: Trust): Dialed {
  const files = [ca, cert, key].filter((path) => path !== undefined);
  if (files.length === 0) return open;
  const of = JSON.stringify([ca, cert, key]);
  const dialed = byFiles.get(of) ?? renewed(files, { ca, cert, key });
  byFiles.set(of, dialed);
  return dialed;
}

/** Asks trusting so. Files are read when one of them is first used, and when they are renewed. */
export function askerFor(trust: Trust): Ask {
  const dialed = dialedBy(trust);
  const answered: Answered = new Set();
  return async (url, asked = {}) => {
    const connections = await dialed();
    const answer = await ask(url, asked, connections).catch((error: Error) => {
      throw named(url, error, answered);
    });
    answered.add(new URL(url).origin);
    return answer;
  };
}

function renewed(files: readonly string[], trust: Trust): Dialed {
  let dialed: { stamp: string | null; connections: Promise<Connections> } | null = null;
  return async () => {
    const stamp = stampOf(files);
    if (!dialed || (stamp !== null && stamp !== dialed.stamp)) {
      const before = dialed?.connections;
      const read = credentialsIn(trust).then((own) => new Connections(own));
      const connections = read.catch((error: unknown) => {
        dialed = before ? { stamp: null, connections: before } : null; // what is renewed is not there, or not whole, yet
        if (before) return before;
        throw error;
      });
      dialed = { stamp, connections };
    }
    return dialed.connections;
  };
}
