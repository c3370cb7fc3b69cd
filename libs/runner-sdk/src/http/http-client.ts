import { beatJointly, tellLate, wentAlone } from './joint-beats.js';
import { sayInFull, sayShort, type Short } from './short-beats.js';
import { ApiError, fitting, hear, hearLate, isOwnRefusal, type Heard } from './answers.js';
import type { Asked, Given, Sent } from './asked.js';
import { askerFor, type Ask } from './dialing.js';
import { askInLine, isAnswer, lineTo, Unanswering } from './lines.js';
import { isMissing, isSilent, remember } from '../pace/missing.js';
import { afterTurns } from '../pace/pacing.js';
import { processWide } from '../pace/process-wide.js';
import { stampOf, TokenFile, type Trust } from './trust.js';

export interface ClientOptions extends Trust {
  urls: readonly string[];
  secret: string;
  token?: string;
  tokenFile?: string;
  joinToken?: string;
}

/** Of shorter pauses of a store all servers are over at once: to leave each time would move everybody. */
const DEAF_MS = 2_000;

/** Servers whose last answer to this process said that they hear nothing from their store: what they know is old. */
const deaf = processWide(() => new Set<string>());

/** Requests to whichever server answers: the next one is tried after a failure. */
export class HttpClient {
  private current = 0;
  readonly dial: Ask;
  readonly urls: readonly string[];

  private readonly tokenFile: TokenFile | null;
  /** This process's own, which it got for its join token. */
  credential: string | null = null;
  private readonly short: Short = { given: null };

  constructor(private readonly options: ClientOptions) {
    this.tokenFile = options.tokenFile === undefined ? null : new TokenFile(options.tokenFile);
    this.dial = askerFor(options);
    this.urls = options.urls;
  }

  get url(): string {
    return this.urls[this.current % this.urls.length]!;
  }

  /** `isJoining`: who joins shows what lets it join. */
  headers(isJoining = false): Record<string, string> {
    const { secret, token, joinToken } = this.options;
    const own = this.credential ?? this.tokenFile?.current ?? token;
    const shown = isJoining ? (joinToken ?? own) : own;
    return { 'x-conclave-secret': secret, ...(shown && { authorization: `Bearer ${shown}` }) };
  }

  /** Changes when what is shown to servers was renewed; null: that cannot be told now. */
  get shown(): string | null {
    try {
      const { cert, key } = this.options;
      const stamp = stampOf([cert, key].filter((path) => path !== undefined));
      const { authorization = '' } = this.headers();
      return stamp === null || this.tokenFile?.current === '' ? null : `${authorization} ${stamp}`;
    } catch {
      return null; // a file that is being renewed just now
    }
  }

  /** Moves on to the next server, unless this one is left already. */
  leave(url: string, places = 1): void {
    if (this.url === url) this.current += places;
  }

  /** Whoever comes back to one that stops is refused. To any other: all at the next one would all have to move again with it. */
  leaveStopping(url: string): void {
    this.leave(url, 1 + Math.floor(Math.random() * (this.urls.length - 1)));
  }

  /** False if its last answer was old news. */
  hears = (url: string): boolean => !deaf().has(url);

  /** It was left as it did not answer in time, for one that is not known to be as slow. */
  hasLeft = (url: string): boolean => isSilent(url) && !isSilent(this.url);

  areAllSilent = (): boolean => this.urls.every(isSilent);
  areAllMissing = (): boolean => this.urls.every(isMissing);

  /** Moves on to the next server; true if that one was not deaf when it was asked last. */
  leaveDeaf(): boolean {
    this.current++;
    return this.hears(this.url);
  }

  private note(url: string, { headers }: Heard): void {
    remember(url, null);
    if (Number(headers.get('x-conclave-stale-ms')) > DEAF_MS) deaf().add(url);
    else deaf().delete(url);
  }

  /** Whoever asks the same server now, and shows the same, or each its own credential. */
  get place(): string {
    const { token, tokenFile, ca, cert, key } = this.options;
    return JSON.stringify([this.url, this.credential !== null, token, tokenFile, ca, cert, key]);
  }

  /**
   * Rejects with {@link ApiError}, or with why nobody answers within `timeoutMs`. Whoever does not
   * answer as Conclave does, be it another program, a proxy's page or half an answer, is left for the next server.
   */
  async send<T>({ joint, waitMs = Infinity, ...asked }: Asked<T>): Promise<T> {
    const together = joint ? await this.ask({ ...asked, joint }) : null;
    if (together !== null) return together;
    const key = joint && this.keyOf(joint);
    const { url } = this;
    // all who were refused together come at once
    const alone = askInLine(lineTo(url, 'answer'), waitMs, asked.stop, async () => this.ask(asked));
    const answer = await alone.catch((error: Error) => {
      if (error instanceof Unanswering) this.leave(url);
      else if (key !== undefined && !asked.stop?.aborted) wentAlone(key, error instanceof ApiError);
      throw error;
    });
    if (key !== undefined) wentAlone(key, true);
    return answer!;
  }

  private keyOf = ({ kind }: { kind: string }): string => `${this.place} ${kind}`;

  /** Null: of those together, that it is to be said alone. */
  private async heard<T>(url: string, asked: Asked<T>, given: Given): Promise<Heard | null> {
    const { method, path, body, isJoining, joint, fits } = asked;
    const take = asked.late && ((heard: Heard) => asked.late!(fitting(url, heard, fits)));
    const late = take && hearLate(url, take);
    const sent = { method, ...given, body, late };
    if (!joint) return this.request(url + path, { ...sent, headers: this.headers(isJoining) });
    const { 'x-conclave-secret': secret, ...headers } = this.headers();
    const { credential } = this;
    const beat = { ...joint.beat, secret, ...(credential !== null && { credential }) };
    const said = { beat, signal: given.signal, short: this.short, late: take };
    const place = this.keyOf(joint);
    const isWhole = joint.kind !== 'standby' || credential !== null;
    const heard = await beatJointly(place, said, async (those, signal) => {
      const lateToAll = hearLate(url, (answer) => isWhole && tellLate(url, those, answer));
      const ask = async (body: object) =>
        this.request(`${url}/v1/heartbeats`, { method: 'POST', signal, body, headers, late: lateToAll });
      return isWhole ? sayInFull(url, those, ask) : sayShort(url, place, those, ask);
    });
    if (heard?.status !== 400) return heard;
    joint.refused(); // one of an older release makes nothing of a part of it, as of a credential beside another one
    return null;
  }

  private async request(
    url: string,
    { body, headers, ...asked }: Pick<Asked<unknown>, 'method' | 'body'> & Sent,
  ): Promise<Heard> {
    const response = await this.dial(url, {
      ...asked,
      ...(body && { body: JSON.stringify(body) }),
      headers: { 'content-type': 'application/json', ...headers },
    });
    return hear(url, response);
  }

  private async ask<T>(asked: Asked<T>): Promise<T | null> {
    const { timeoutMs, answerMs = timeoutMs, stop, fits, isJoining } = asked;
    const control = new AbortController();
    const { url } = this;
    const giveUp = () => control.abort(new DOMException('the request was given up', 'AbortError'));
    const late = (ms: number) => {
      remember(url, 'silent');
      const what = `no answer within ${ms} ms from ${new URL(url).origin}`;
      control.abort(new DOMException(what, 'TimeoutError'));
    };
    const limit = (ms: number) => setTimeout(() => afterTurns(() => late(ms)), ms);
    let timer = limit(timeoutMs);
    // to connect takes the network longer than to answer
    const connected = () => {
      clearTimeout(timer);
      timer = limit(answerMs);
    };
    stop?.addEventListener('abort', giveUp);
    if (stop?.aborted) giveUp();
    try {
      const heard = await this.heard(url, asked, { signal: control.signal, connected });
      if (!heard) return null; // with its own time: who waits for a turn was not kept waiting by this server
      const answer = fitting(url, heard, fits);
      this.note(url, heard);
      return answer;
    } catch (error) {
      const isThere = isAnswer(error, stop);
      if (error instanceof ApiError && error.code === 'unauthenticated') this.tokenFile?.explain(error);
      if (isThere !== null && !(error instanceof DOMException)) remember(url, isThere ? null : 'away');
      const isOwn = !(error instanceof ApiError) || isOwnRefusal(error);
      // of another release: the next one may understand how it registers
      if (isOwn || (isJoining && error.code === 'invalid-request')) this.leave(url);
      throw error;
    } finally {
      clearTimeout(timer);
      stop?.removeEventListener('abort', giveUp); // else as many as there were beats wait for the end
    }
  }
}
