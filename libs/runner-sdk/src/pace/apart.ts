import { backoffMs } from './pacing.js';

/**
 * So often one alone was answered while the others together were not: less may be chance where a server answers late. Where
 * that was found, once is enough when they go together again: all would be taken for silent each time.
 */
const PROOF = 3;
/**
 * Who does not go with others any more goes alone for so long, and longer where that comes again. Not the first time: a server that
 * stood still for a moment would have many times the requests for a minute.
 */
export const aloneMs = (failures: number): number => backoffMs(failures, 2_000, 60_000);

/** So few may all go alone at once: that is no crowd. */
const FEW = 4;

/**
 * A crowd that is not answered may be in pieces for good, as each waits at another time than the others: of small ones one goes alone
 * as often as this, whichever it is of.
 */
const PIECES_MS = 1_000;

interface Place {
  /** Most that went together. */
  most: number;
  /** Together none was answered since; how often one alone was meanwhile. */
  inVain: number | null;
  sentAloneMs: number;
  aloneAnsweredMs: number;
  failures: number;
  apartToMs: number;
}

/**
 * Where beats that go together are not answered. A busy server has the fewer to answer the more go together: if each went alone, over a
 * connection of its own, it would come to none of them in time, for good. So one of them goes alone, to find out whether it is that they
 * go together (somebody between may not pass so much on); if so all do.
 */
export class Apart {
  private readonly places = new Map<string, Place>();

  isApart(key: string): boolean {
    return (this.places.get(key)?.apartToMs ?? 0) > performance.now();
  }

  /** True if one of so many shall go alone, which is expected then. */
  sendsOneAlone(key: string, count: number): boolean {
    const place = this.places.get(key);
    if (!place || place.inVain === null || count < 2) return false;
    const nowMs = performance.now();
    if (count <= FEW && nowMs < place.sentAloneMs + PIECES_MS) return false;
    place.sentAloneMs = nowMs;
    return true;
  }

  said(key: string, count: number): void {
    const place = this.place(key);
    place.most = Math.max(place.most, count);
  }

  answered(key: string): void {
    const place = this.place(key);
    [place.inVain, place.failures] = [null, 0];
  }

  /** `isAnswered`: else it is not because others go together. */
  wentAlone(key: string, isAnswered: boolean): void {
    const place = this.places.get(key);
    if (!place) return;
    if (isAnswered) place.aloneAnsweredMs = performance.now();
    else if (place.most > FEW) [place.inVain, place.apartToMs, place.failures] = [0, 0, 0];
  }

  /** `saidMs`: when they were. */
  unanswered(key: string, saidMs: number): void {
    if (this.isApart(key)) return; // of a very large crowd several are lost at once
    const place = this.place(key);
    place.inVain = (place.inVain ?? 0) + Number(place.aloneAnsweredMs >= saidMs);
    if (place.inVain >= PROOF || place.failures > 0 || place.most <= FEW) this.refused(key);
  }

  /** Because they go together. */
  refused(key: string): void {
    const place = this.place(key);
    place.inVain = null;
    place.apartToMs = performance.now() + aloneMs(place.failures++);
  }

  private place(key: string): Place {
    const place = this.places.get(key) ?? {
      most: 0,
      inVain: null,
      sentAloneMs: -Infinity,
      aloneAnsweredMs: 0,
      failures: 0,
      apartToMs: 0,
    };
    this.places.set(key, place);
    return place;
  }
}
