import type { Answer } from './asking.js';
import type { JointBeat } from './joint-beats.js';

/** How it is given up. */
export interface Given {
  signal: AbortSignal;
  connected?: () => void;
}
export interface Sent extends Given {
  late?: ((answer: Answer) => void) | undefined;
  headers: Record<string, string>;
}

/** What is asked of a server, and for how long. */
export interface Asked<T> {
  method: string;
  path: string;
  body?: object;
  timeoutMs: number;
  /** Once it has connected; `timeoutMs` by default. */
  answerMs?: number | undefined;
  /** Shows the join token. */
  isJoining?: boolean;
  /** Gives the request up. */
  stop?: AbortSignal;
  /** Called with an answer that comes after it was no longer waited for. */
  late?: (answer: T) => void;
  /** For so long others of this process are let go first; Infinity by default. */
  waitMs?: number;
  /**
   * It goes in one request with others of this process, if they show the same to the same server, and are of one kind. `refused`: it is
   * said alone now, and better for a while.
   */
  joint?: { beat: JointBeat; kind: string; refused: () => void };
  /** True if the answer has what will be used of it. */
  fits: (answer: T) => boolean;
}
