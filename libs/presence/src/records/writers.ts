/** A server that writes no more is named for so long. */
const NAMED_MS = 300_000;

interface Wrote {
  wallMs: number;
  heardMs: number;
  behind: number;
}
export interface Writer {
  /** Of one life of a server: a new one each time that it starts. */
  id: string;
  /** When it wrote last, ms of its wall clock. */
  wroteMs: number;
  /** How long ago that was read here. */
  silentMs: number;
  /** Records that it had not read yet when it wrote. */
  behind: number;
}

/** Which servers write to this log: each writes at least once a second while it lives (L6). Pure. */
export class Writers {
  private readonly last = new Map<string, Wrote>();

  /** A record of that server was read here. */
  wrote(id: string, about: Pick<Wrote, 'wallMs' | 'behind'>, nowMs: number): void {
    this.last.delete(id); // whoever wrote last stands last
    this.last.set(id, { ...about, heardMs: nowMs });
    for (const [one, { heardMs }] of this.last) {
      if (nowMs - heardMs <= NAMED_MS) break;
      this.last.delete(one);
    }
  }

  /** The one that wrote last is first. */
  all(nowMs: number): Writer[] {
    return [...this.last]
      .map(([id, { wallMs, heardMs, behind }]) => ({
        id,
        wroteMs: wallMs,
        silentMs: Math.round(nowMs - heardMs),
        behind,
      }))
      .filter(({ silentMs }) => silentMs <= NAMED_MS)
      .reverse();
  }
}
