import { ApiError, fitting, NotConclave, type Heard } from './answers.js';
import { Apart } from '../pace/apart.js';
import { processWide } from '../pace/process-wide.js';

/** Many enough that more save nothing; a server takes 1,000. */
const MOST = 200;
/** Where somebody between takes no bodies of that many: so many go in one, for as long as this process lives. */
const mostOf = processWide(() => new Map<string, number>());

export interface JointBeat {
  sequence: number;
  acked: number;
}
interface Said {
  beat: JointBeat;
  /** Gives it up. */
  signal: AbortSignal;
  /** Called with an answer that comes after that. */
  late?: ((heard: Heard) => void) | undefined;
}
interface Settled<T> {
  said: T;
  resolve: (heard: Heard | null) => void;
  reject: (error: unknown) => void;
}
type Waiting = Settled<Said>;
/** Asks for all of them in one request. Null: what one of them has shown for all is refused. 'too-large': fewer are taken. */
type Post<T> = (those: readonly T[], signal: AbortSignal) => Promise<Replies | null | 'too-large'>;

export interface Replies {
  headers: Heard['headers'];
  /** To each, in order. */
  replies: readonly unknown[];
}

/** A refusal of all says nothing of any: each is said alone. Null: at once; 'too-large': in halves. */
export function repliesIn(url: string, heard: Heard, count: number): Replies | null | 'too-large' {
  if (heard.status === 413) return 'too-large';
  try {
    const { replies } = fitting<Replies>(url, heard, (answer) => Array.isArray(answer.replies));
    return { headers: heard.headers, replies };
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    if (error.status === 401 || error.status === 403) return null;
    const { headers, answer } = heard;
    if (error.status === 400) return { headers, replies: Array.from({ length: count }, () => answer) };
    throw new NotTogether(url, error);
  }
}

class NotTogether extends Error {
  readonly status: number;
  constructor(url: string, cause: ApiError) {
    super(`${url} takes no beats together: ${cause.message}`, { cause });
    this.status = cause.status;
  }
}

/** Not of one that is busy, or of somebody who stands before one that does not answer. */
const isOfCompany = (error: unknown): boolean =>
  (error instanceof NotTogether || error instanceof NotConclave) &&
  error.status < 500 &&
  error.status !== 429;

const waiting = processWide(() => new Map<string, Waiting[]>());
const apart = processWide(() => new Apart());

/** One that may go with others was answered alone, or was not. */
export const wentAlone = (key: string, isAnswered: boolean): void => apart().wentAlone(key, isAnswered);

/**
 * What is answered to this beat, which goes with all others that are said in this turn of the event loop and have the same `key`.
 * Null: it is to be said alone, as it is the only one, or what was shown is refused, or to find out why the others are not answered.
 * Rejects as `post` does, or with the reason of the signal; the others go on then.
 */
export async function beatJointly<T extends Said>(
  key: string,
  said: T,
  post: Post<T>,
): Promise<Heard | null> {
  if (apart().isApart(key)) return null;
  return new Promise((resolve, reject) => {
    const all = waiting() as Map<string, Settled<T>[]>;
    const own = { said, resolve, reject };
    const same = all.get(key);
    if (same) same.push(own);
    else {
      const first = [own];
      all.set(key, first);
      setImmediate(() => {
        all.delete(key);
        if (apart().sendsOneAlone(key, first.length)) first.shift()!.resolve(null);
        while (first.length > 0) void say(key, first.splice(0, mostOf().get(key) ?? MOST), post);
      });
    }
    said.signal.addEventListener('abort', () => reject(said.signal.reason as Error));
  });
}

async function say<T extends Said>(key: string, all: readonly Settled<T>[], post: Post<T>): Promise<void> {
  const those = all.filter(({ said }) => !said.signal.aborted);
  if (those.length === 0) return;
  const given = new AbortController();
  let left = those.length;
  for (const { signal } of those.map(({ said }) => said))
    signal.addEventListener('abort', () => --left === 0 && given.abort(signal.reason));
  const beats = those.map(({ said }) => said);
  const saidMs = performance.now();
  if (beats.length > 1) apart().said(key, beats.length);
  try {
    const answered = beats.length === 1 ? null : await post(beats, given.signal);
    if (answered) apart().answered(key);
    if (answered === 'too-large') {
      const half = Math.ceil(those.length / 2);
      mostOf().set(key, half);
      for (const some of [those.slice(0, half), those.slice(half)]) void say(key, some, post);
    } else {
      if (answered) tellOf(answered, beats.map(hasGivenUp)); // others waited longer
      for (const [at, { resolve }] of those.entries()) resolve(answered && replyOf(answered, at));
    }
  } catch (error) {
    if (isOfCompany(error)) apart().refused(key);
    else apart().unanswered(key, saidMs);
    for (const { reject } of those) reject(error);
  }
}

/** Not one that stopped: it has ended what a late answer would renew. */
const hasGivenUp = (said: Said): Pick<Said, 'late'> =>
  said.signal.aborted && (said.signal.reason as Error).name === 'TimeoutError' ? said : {};

/** An answer to all of them that nobody waits for any more. */
export function tellLate(url: string, those: readonly Pick<Said, 'late'>[], heard: Heard): void {
  const answered = repliesIn(url, heard, those.length);
  if (answered !== null && answered !== 'too-large') tellOf(answered, those);
}

function tellOf(answered: Replies, those: readonly Pick<Said, 'late'>[]): void {
  for (const [at, { late }] of those.entries()) {
    try {
      late?.(replyOf(answered, at));
    } catch {
      // refused, or half an answer: of the others it says nothing
    }
  }
}

const replyOf = ({ headers, replies }: Replies, at: number): Heard => {
  const reply = replies[at];
  const { status } = (reply ?? {}) as { status?: unknown };
  return { status: typeof status === 'number' ? status : 502, headers, answer: reply };
};
