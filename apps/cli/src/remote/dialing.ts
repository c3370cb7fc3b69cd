import { existsSync } from 'node:fs';
import { VERSION } from '@conclave/kernel';
import {
  ask,
  Connections,
  credentialsIn,
  Redirected,
  UnusableFile,
  type Answer,
  type Asked,
  type Trust,
} from '@conclave/runner-sdk';
import { CliError } from './cli-error.js';
import { configFile } from './config-file.js';
import { credentials, type Reach } from './credentials.js';
import { distrust } from './meaning/distrust.js';
import { speaksTls } from './meaning/speaks-tls.js';
import { LONGEST_MS, Patience, silentMs } from './patience.js';
import { warnOnce } from './telling.js';

/** Decides a whole history again before it says anything. */
const AUDIT = /\/(what-if|verify|report|archive|evidence|seal|delete|backup)\b/;

export const ELSEWHERE =
  'Is the server running? --url, CONCLAVE_URL or the config file name another, or several.';

/** It was sent, and what came of it is not known. */
export class Lost extends CliError {}
/** So is the rest of an answer that had begun. */
export class BrokenOff extends Lost {}

/** What is answered, text as it comes. Rejects with {@link CliError}, with {@link BrokenOff} where it ends in the middle. */
export interface Answered {
  response: Answer;
  text: AsyncIterable<string>;
}

/** A server that cannot now, or that read it too late, or a gateway that finds none; another one may. */
const AWAY: ReadonlySet<number> = new Set([408, 502, 503, 504]);

/** Nobody is there who could have heard it. */
class Unheard extends CliError {}
/** Nor has anybody heard it who is not trusted; he is to be told of, also where another one answers. */
class Distrusted extends Unheard {}

/** Of a server here that has the same environment. Kubernetes gives this variable other values, to whoever is beside a service. */
const ownUrl = (): string => `http://127.0.0.1:${Number(process.env.CONCLAVE_PORT) || 7600}`;

/** Addresses of servers, in the order in which they are tried. Throws {@link CliError} (2). */
export function urlsOf({ url }: Reach): string[] {
  const text = url || process.env.CONCLAVE_URL || configFile().url || ownUrl();
  return text.split(',').map((one) => addressIn(one.trim().replace(/\/+$/, '')));
}

/** How many times a server did not answer: all that this process asks goes to the one after it. */
let passedOver = 0;
export function urlOf(reach: Reach): string {
  const urls = urlsOf(reach);
  return urls[passedOver % urls.length]!;
}
/** `url` did not answer. Of several requests to it that fail at once the first one moves on. */
export function passOver(reach: Reach, url: string): void {
  if (url === urlOf(reach)) passedOver++;
}

function addressIn(text: string): string {
  if (text.includes('@'))
    throw new CliError(
      2,
      'an address of a server takes no user and no password: give a token, see docs/access.md.',
    );
  if (/^https?:\/\//.test(text) && URL.canParse(text)) return text;
  throw new CliError(
    2,
    `"${text}" is no address of a server; write it like http://127.0.0.1:7600, several with a comma between.`,
  );
}

/**
 * Asks the first server that is there. Rejects with {@link CliError}, also for files that cannot be read, and when nothing is
 * heard for CONCLAVE_TIMEOUT_MS.
 */
export async function dial(reach: Reach, path: string, init: Omit<Asked, 'signal'>): Promise<Answered> {
  const { ca, cert, key } = credentials(reach);
  const missing = [ca, cert, key].find((file) => file !== undefined && !existsSync(file));
  if (missing !== undefined) throw new CliError(2, `there is no file "${missing}".`);
  const isReading = (init.method ?? 'GET') === 'GET';
  for (let left = urlsOf(reach).length; ;) {
    const url = urlOf(reach);
    try {
      const answered = await dialAt(
        url,
        path,
        async (at, signal) => askOnce(at, { ...init, signal }, { ca, cert, key }),
        () => passOver(reach, url), // whoever asks on would wait for this one again
      );
      if (!AWAY.has(answered.response.status)) return answered;
      passOver(reach, url);
      // what changes something may have been carried out
      if (!isReading || --left === 0) return answered;
      answered.response.body.destroy();
    } catch (error) {
      const isUnheard = error instanceof Unheard;
      if (isUnheard || error instanceof Lost) passOver(reach, url);
      // what changes nothing may be asked twice
      const mayGoOn = isUnheard || (error instanceof Lost && isReading);
      if (!mayGoOn || --left === 0) throw error;
      if (error instanceof Distrusted) warnOnce(`warning: ${error.message} Another server is asked.`);
    }
  }
}

/** On a connection of its own: one that is kept may be closed by the other side in the moment in which it is used. */
export async function askOnce(url: string, asked: Asked, trust: Trust): Promise<Answer> {
  const own = await credentialsIn(trust); // also for http://: a file that cannot be used is told before anything is sent
  return ask(
    url,
    { ...asked, headers: { 'user-agent': `conclave/${VERSION}`, ...asked.headers } },
    new Connections(own, false),
  );
}

async function dialAt(
  url: string,
  path: string,
  ask: (url: string, signal: AbortSignal) => Promise<Answer>,
  brokeOff: () => void,
): Promise<Answered> {
  const patience = new Patience(silentMs(AUDIT.test(path) ? LONGEST_MS : undefined));
  try {
    const response = await patience.with(ask(url + path, patience.signal));
    return { response, text: textOf(url, response, patience, brokeOff) };
  } catch (error) {
    const isTls = await speaksTls(url, error as { code?: unknown });
    throw unreachable(url, error, { hint: isTls ? '; is it https://?' : '.' });
  }
}

async function* textOf(
  url: string,
  { body }: Answer,
  patience: Patience,
  brokeOff: () => void,
): AsyncGenerator<string> {
  const stream = body.setEncoding('utf8');
  const pieces = stream[Symbol.asyncIterator]() as AsyncIterator<string>;
  try {
    for (;;) {
      const next = await patience.with(pieces.next()).catch((error: unknown) => {
        brokeOff();
        throw unreachable(url, error, { Kind: BrokenOff });
      });
      if (next.done) return;
      yield next.value;
    }
  } finally {
    stream.destroy();
  }
}

/** What it says begins otherwise than any answer does: nobody there took a request. */
const NO_HTTP = 'HPE_INVALID_CONSTANT';
const SENT = new Set(['silent', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT']);

function unreachable(
  url: string,
  thrown: unknown,
  { hint = '.', Kind }: { hint?: string; Kind?: typeof CliError },
): CliError {
  const error = thrown as Error & { code?: string };
  if (error instanceof UnusableFile) return new CliError(2, `${error.message}.`);
  if (error instanceof Redirected) return new CliError(4, `${error.message}.`);
  const wrong = distrust(url, error);
  if (wrong) return new Distrusted(4, wrong);
  if (error.code?.startsWith('ERR_OSSL_'))
    return new CliError(
      2,
      `--ca, --cert and --key must be PEM, the key that of the certificate (${error.code}).`,
    );
  const code = error.code ?? error.message;
  const why = code === 'silent' || code === 'CONNECT_TIMEOUT' ? error.message : code;
  const isLost = SENT.has(code) || (code.startsWith('HPE_') && code !== NO_HTTP);
  const Told = Kind ?? (isLost ? Lost : Unheard);
  return new Told(4, `${url} does not answer (${why})${hint} ${ELSEWHERE}`);
}
