import type { Grant } from './answered-beats.js';
import type { BeatReply } from './http/requests.js';
import type { Instant } from './clocks/stopwatch.js';

/** What the runner puts into its beats, and what it wants to hear. */
export interface Listener {
  /** What the next beat says; null: none now. */
  beat(): { term: number | null; released: number | null } | null;
  /** `named`: the term that the beat was about. */
  replied(reply: BeatReply, sent: Instant, named: number | null): void;
  /** As was one after it was given up. */
  repliedLate(reply: BeatReply, sent: Instant): void;
  /** `grant`: what the news of it brought along. */
  elected(term: number, grant: Grant | null): void;
  revoked(term: number): void;
  superseded(): void;
  /** The server knows nothing of the term that the beat named, or of the runner: it registers again then. */
  denied(knowsRunner: boolean): void;
  /** For good: its group is deleted, or what it says of itself is wrong. */
  refused(error: Error): void;
  problem(error: Error): void;
}
