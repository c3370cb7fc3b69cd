/** Counts what is held at a time, of all and of each client: nobody takes all there is. */
export class Cap {
  private total = 0;
  private readonly ofClient = new Map<string, number>();
  /** How often it was full. */
  refused = 0;

  constructor(
    private readonly most: number,
    private readonly mostOfClient: number,
  ) {}

  /** Call what it returns once, when it is given back; null if there is no more. */
  take(client: string): (() => void) | null {
    const own = this.ofClient.get(client) ?? 0;
    if (this.total >= this.most || own >= this.mostOfClient) {
      this.refused++;
      return null;
    }
    this.total++;
    this.ofClient.set(client, own + 1);
    let isHeld = true;
    return () => {
      if (!isHeld) return;
      isHeld = false;
      this.total--;
      const left = this.ofClient.get(client)! - 1;
      if (left === 0) this.ofClient.delete(client);
      else this.ofClient.set(client, left);
    };
  }

  get held(): number {
    return this.total;
  }
}

/** One budget for all long work: a few run, a few more wait, the others are told to come again. */
export class Gate {
  private running = 0;
  private readonly waiting: { begin: () => void; isGone: () => boolean }[] = [];
  refused = 0;

  constructor(
    private readonly most: number,
    private readonly mostWaiting: number,
  ) {}

  /** Calls `begin` when there is room; call {@link leave} when it is done. False if too many wait. */
  enter(begin: () => void, isGone: () => boolean): boolean {
    if (this.running < this.most) {
      this.running++;
      begin();
      return true;
    }
    if (this.waiting.length >= this.mostWaiting) {
      const gone = this.waiting.findIndex((one) => one.isGone());
      if (gone < 0) {
        this.refused++;
        return false;
      }
      this.waiting.splice(gone, 1);
    }
    this.waiting.push({ begin, isGone });
    return true;
  }

  leave(): void {
    this.running--;
    for (let next = this.waiting.shift(); next; next = this.waiting.shift()) {
      if (next.isGone()) continue;
      this.running++;
      next.begin();
      return;
    }
  }

  get counts(): { running: number; waiting: number } {
    return { running: this.running, waiting: this.waiting.length };
  }
}
