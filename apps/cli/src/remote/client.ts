import { randomUUID } from 'node:crypto';
import type { ProblemReply, WriteReply } from '@conclave/contract';
import { CliError, isUnanswered } from './cli-error.js';
import { headersOf, type Reach } from './credentials.js';
import { BrokenOff, dial, ELSEWHERE, Lost, urlOf, urlsOf, type Answered } from './dialing.js';
import { warnOfAge } from './old-news.js';
import { CANNOT_NOW, refusal } from './refusal.js';
import { silentMs } from './patience.js';
import { patiently, RESTART_MS, whilePassing } from './patiently.js';
import { isOfConclave } from './meaning/recognising.js';
import { warnOnce } from './telling.js';

export { credentials, type Reach } from './credentials.js';

export interface Wish extends Reach {
  reason?: string;
  ifTerm?: number;
  dryRun?: boolean;
  yes?: boolean;
}

/**
 * One request; what it is answered stands in the contract. Rejects with {@link CliError} that says what is
 * true now, where the server says so.
 */
export async function request<Reply>(
  reach: Reach,
  method: string,
  path: string,
  body?: object,
  headers: Record<string, string> = {},
): Promise<Reply> {
  const { response, answer } = await wholeAnswer(reach, path, {
    method,
    headers: { ...headersOf(reach), 'content-type': 'application/json', ...headers },
    ...(body && { body: JSON.stringify(body) }),
  });
  const staleMs = Number(response.headers.get('x-conclave-stale-ms') ?? 0);
  // who cannot now has told nothing that could be old, and another one may answer yet
  if (staleMs > 0 && !CANNOT_NOW.has(response.status)) await warnOfAge(reach, staleMs);
  if (response.headers.get('x-conclave-auth') === 'off')
    warnOnce('warning: this server asks nobody who he is: everybody who reaches it may do everything');
  if (!response.ok) throw refusal(response.status, answer);
  if (!isOfConclave(method, path, answer)) throw notOurs(reach, response.status);
  return answer as Reply;
}

/** What only looks is asked of the next server where one breaks off amid its answer. */
async function wholeAnswer(
  reach: Reach,
  path: string,
  asked: Parameters<typeof dial>[2],
): Promise<{ response: Answered['response']; answer: Answer }> {
  for (let left = urlsOf(reach).length; ;) {
    const answered = await dial(reach, path, asked);
    try {
      return { response: answered.response, answer: await jsonOf(reach, answered) };
    } catch (error) {
      if (!(error instanceof BrokenOff) || asked.method !== 'GET' || --left === 0) throw error;
    }
  }
}

/** Of an answer that is not one of a Conclave; {@link Lost} where it says that it failed. */
export const notOurs = (reach: Reach, status: number, what = ' with JSON of another kind'): CliError =>
  new (status >= 500 ? Lost : CliError)(
    4,
    `${urlOf(reach)} is no Conclave: it answered ${status}${what}. ${ELSEWHERE}`,
  );

/** So much is held at once, more than any Conclave says in one piece: else a stranger could take all memory of this machine. */
export const MOST_HELD = 2 ** 28;
export const endless = (reach: Reach, status: number): CliError =>
  notOurs(reach, status, ` with more than ${MOST_HELD / 2 ** 20} MiB in one piece`);

export type Method = 'PUT' | 'POST' | 'DELETE';

/** A command; its reason and its condition go into the body, or into the query of a DELETE. */
export async function send(wish: Wish, method: Method, path: string, body: object = {}): Promise<WriteReply> {
  const query = new URLSearchParams(wish.dryRun ? { dryRun: 'true' } : {});
  const conditions = {
    ...(wish.reason && { reason: wish.reason }),
    ...(wish.ifTerm !== undefined && { ifTerm: wish.ifTerm }),
  };
  if (method === 'DELETE')
    for (const [name, value] of Object.entries(conditions)) query.set(name, String(value));
  const content = method !== 'DELETE' ? { ...body, ...conditions } : undefined;
  const whole = `${path}${query.size > 0 ? `?${query.toString()}` : ''}`;
  const ask = async (headers?: Record<string, string>): Promise<WriteReply> =>
    whereItCan(wish, async () => request(wish, method, whole, content, headers));
  return wish.dryRun ? ask().catch(asOlder) : sendOnce(ask);
}

/** A server from before an order could be tried takes that for a mistake. */
function asOlder(error: unknown): never {
  if (!isRefusedAs('invalid-request', error) || !error.details.detail.includes('"dryRun"')) throw error;
  const why = 'this server is of an older release, which cannot say beforehand what comes of that order';
  throw new CliError(3, `${why}; nothing was changed. With --yes it is given without.`, error.details);
}

/**
 * Of several servers one may just be starting, or waking up, or be an older one that cannot read the group: it has carried
 * nothing out, and the next one is asked.
 */
async function whereItCan<T>(wish: Wish, ask: () => Promise<T>): Promise<T> {
  const isWithoutEffect = (error: unknown): boolean =>
    isRefusedAs('not-ready', error) ||
    isRefusedAs('group-unreadable', error) ||
    (wish.dryRun === true && isUnknown(error));
  for (let left = urlsOf(wish).length; ;) {
    try {
      return await ask();
    } catch (error) {
      if (!isWithoutEffect(error) || --left === 0) throw error;
    }
  }
}

/** What is sent again, because the answer was lost, or it is only now that it cannot be, is carried out once. */
async function sendOnce(ask: (headers: Record<string, string>) => Promise<WriteReply>): Promise<WriteReply> {
  const headers = { 'idempotency-key': randomUUID() };
  const forMs = Math.min(RESTART_MS, silentMs()); // no longer than an answer is waited for
  const once = async (): Promise<WriteReply> => whilePassing(isPassing, async () => ask(headers), RESTART_MS);
  try {
    return await once();
  } catch (error) {
    if (!isUnknown(error)) throw error;
    const answer = await patiently(once, forMs).catch((last: unknown) => {
      throw isUnanswered(last) ? unknown(last) : last;
    });
    return { ...answer, changed: answer.events.length > 0 };
  }
}

const isRefusedAs = (code: string, error: unknown): error is CliError =>
  error instanceof CliError && error.details.code === code;
/** It was not carried out: the group changed too fast, or it came too late. */
const isPassing = (error: unknown): error is CliError =>
  isRefusedAs('contended', error) || isRefusedAs('request-timeout', error);
const isUnknown = (error: unknown): error is CliError =>
  error instanceof Lost || isRefusedAs('store-unavailable', error);

const unknown = ({ message, details }: CliError): CliError =>
  new CliError(
    4,
    `${message} Whether it was carried out is not known: look (conclave history) before you repeat it.`,
    { ...details, outcome: 'unknown' },
  );

type Answer = Partial<ProblemReply>;

/**
 * Rejects with {@link CliError} if it is none; with {@link Lost} if what stands before the server says that it failed: it may have
 * carried out what was asked.
 */
export async function jsonOf(reach: Reach, { response, text }: Answered): Promise<Answer> {
  const { status } = response;
  const pieces: string[] = [];
  let length = 0;
  for await (const piece of text) {
    length += piece.length;
    if (length > MOST_HELD) throw endless(reach, status);
    pieces.push(piece);
  }
  let answer: Answer;
  try {
    answer = JSON.parse(pieces.join('')) as Answer;
  } catch {
    throw notOurs(reach, status, ' with something else than JSON');
  }
  if (status >= 500 && answer?.code === undefined) throw notOurs(reach, status, '');
  const isOne = typeof answer === 'object' && answer !== null && !Array.isArray(answer);
  if (!isOne || (status >= 400 && answer.code === undefined)) throw notOurs(reach, status);
  return answer;
}
