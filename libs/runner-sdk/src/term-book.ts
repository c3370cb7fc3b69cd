import type { Tenure } from './tenure.js';

/** What this runner was promised about terms, and what it promised itself (L11). Pure. */
export class TermBook {
  /** A term that it was elected for, but has no grant of yet. */
  claim: number | null = null;
  /** A term that it has stopped for good; told in every beat until the server knows. */
  released: number | null = null;
  /** The highest term that it gave up: that one and lower ones are never begun again, whoever grants them. */
  givenUp = 0;
  /** The highest term that a server has spoken of since this runner is known to it. */
  highest = 0;

  elected(term: number): void {
    if (term > this.givenUp) this.claim = term;
  }

  giveUp(term: number): void {
    this.givenUp = Math.max(this.givenUp, term);
    this.claim = null;
  }

  /**
   * A term that was to be ended before it began: there is nothing to stop. False if it is not the one that
   * was won.
   */
  decline(term: number): boolean {
    if (term !== this.claim) return false;
    this.giveUp(term);
    this.released = term;
    return true;
  }

  /** A reply: this runner holds `term` or, as far as the server knows, that is the last term of another. */
  heard(holds: boolean, term: number): void {
    this.highest = Math.max(this.highest, term);
    // the server has it, or the term is over anyway
    if (!holds || term !== this.released) this.released = null;
    this.claim = holds && term > this.givenUp ? term : null;
  }

  /** The server knows nothing of this runner: what it knew of terms may be of another store. */
  forget(unfinished: number): void {
    this.released = null;
    this.claim = null;
    this.givenUp = unfinished;
    this.highest = unfinished;
  }
}

/**
 * What the next beat says; null: none now. A runner whose old work does not stop must not be elected again
 * meanwhile, and one that leaves says so by resigning: a release in a beat would have it elected once more.
 */
export function nextBeat(
  tenure: Tenure | null,
  { claim, released }: TermBook,
  isWorking: boolean,
  isStopping: boolean,
) {
  if (isStopping && !tenure?.isHeld) return null;
  if (!tenure) return { term: claim, released };
  if (!tenure.isHeld) return isWorking ? null : { term: null, released };
  // Without work to wait for, nobody knows when a revoked term has drained: its lease is left to run out.
  return { term: tenure.stopCause && !isWorking ? null : tenure.term, released };
}
