import type { Heard } from './answers.js';
import { processWide } from '../pace/process-wide.js';

/** Many enough that more save nothing; a server takes 1,000. */
const MOST = 200;

interface Said {
  beat: object;
  /** Gives it up. */
  signal: AbortSignal;
  /** It turned out to be the only one. */
  alone: (signal: AbortSignal) => Promise<Heard>;
}
interface Waiting extends Said {
  resolve: (heard: Heard) => void;
  reject: (error: unknown) => void;
}
/** Asks for all of them in one request. Null: what one of them has shown for all is refused. */
type Post = (beats: readonly object[], signal: AbortSignal) => Promise<Replies | null>;

export interface Replies {
  headers: Heard['headers'];
  /** To each, in order. */
  replies: readonly unknown[];
}

const waiting = processWide(() => new Map<string, Waiting[]>());

/**
 * What is answered to this beat, which goes with all others that are said in this turn of the event loop and have the same `key`.
 * Rejects as `post` does, or with the reason of the signal; the others go on then.
 */
export async function beatJointly(key: string, said: Said, post: Post): Promise<Heard> {
  return new Promise((resolve, reject) => {
    const all = waiting();
    const own = { ...said, resolve, reject };
    const same = all.get(key);
    if (same) same.push(own);
    else {
      const first = [own];
      all.set(key, first);
      setImmediate(() => {
        all.delete(key);
        while (first.length > 0) void say(first.splice(0, MOST), post);
      });
    }
    said.signal.addEventListener('abort', () => reject(said.signal.reason as Error));
  });
}

async function say(all: readonly Waiting[], post: Post): Promise<void> {
  const those = all.filter(({ signal }) => !signal.aborted);
  if (those.length === 0) return;
  const given = new AbortController();
  let left = those.length;
  for (const { signal } of those)
    signal.addEventListener('abort', () => --left === 0 && given.abort(signal.reason));
  const [one] = those;
  try {
    if (those.length === 1) return one!.resolve(await one!.alone(given.signal));
    const beats = those.map(({ beat }) => beat);
    const answered = await post(beats, given.signal);
    if (!answered)
      for (const { resolve, reject, alone, signal } of those) void alone(signal).then(resolve, reject);
    else for (const [at, { resolve }] of those.entries()) resolve(replyOf(answered, at));
  } catch (error) {
    for (const { reject } of those) reject(error);
  }
}

const replyOf = ({ headers, replies }: Replies, at: number): Heard => {
  const reply = replies[at];
  const { status } = (reply ?? {}) as { status?: unknown };
  return { status: typeof status === 'number' ? status : 502, headers, answer: reply };
};
