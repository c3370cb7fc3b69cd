/** So long whoever came in waits for those behind: a handshake of TLS takes milliseconds, and strangers come again at once. */
const LET_IN_MS = 20;

interface Arrival {
  begin: () => void;
  isGone: () => boolean;
}

/**
 * What is asked first on a connection waits until those behind it are in, too. Connections come in one a turn of the event loop
 * (libuv): of a thousand that come at once, most have been given up when one that works in each turn comes to them. Who is gone by
 * then costs nothing more: else the server would work for nobody else, and nobody get in, for good (docs/decisions/018).
 */
export class Arrivals {
  private waiting: Arrival[] = [];
  private sinceMs: number | null = null;
  private hasComeIn = false;
  /** Connections of which something was asked before, and those of which the first of it waits. */
  private readonly known = new WeakSet<object>();
  private readonly arriving = new WeakSet<object>();

  constructor(
    private readonly nowMs: () => number = () => performance.now(),
    private readonly nextTurn: (act: () => void) => void = setImmediate,
  ) {}

  /** A connection did: others may be behind it. */
  comeIn(): void {
    this.hasComeIn = true;
  }

  /** `mayWait`: where it is the first of its connection. What is sent behind it there waits with it, in their order. */
  enter(connection: object, mayWait: boolean, begin: () => void, isGone: () => boolean): void {
    const isBehind = this.arriving.has(connection);
    const come = () => {
      this.arriving.delete(connection);
      this.known.add(connection);
      begin();
    };
    if (this.known.has(connection) || !(mayWait || isBehind)) return come();
    this.arriving.add(connection);
    this.hold(come, isGone);
  }

  /** Calls `begin` in one of the next turns, unless whoever asked is gone by then. */
  hold(begin: () => void, isGone: () => boolean): void {
    this.waiting.push({ begin, isGone });
    if (this.sinceMs !== null) return;
    this.sinceMs = this.nowMs();
    this.nextTurn(() => this.look()); // at the end of this turn: the end of a connection is read in the next
  }

  private look(): void {
    this.hasComeIn = false;
    this.nextTurn(() => {
      if (this.hasComeIn && this.nowMs() - this.sinceMs! < LET_IN_MS) return this.look();
      const all = this.waiting;
      [this.waiting, this.sinceMs] = [[], null];
      for (const { begin, isGone } of all) if (!isGone()) begin();
    });
  }
}
