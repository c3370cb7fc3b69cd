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
  take(client: string, amount = 1): (() => void) | null {
    const own = this.ofClient.get(client) ?? 0;
    if (this.total + amount > this.most || own + amount > this.mostOfClient) {
      this.refused++;
      return null;
    }
    this.total += amount;
    this.ofClient.set(client, own + amount);
    let isHeld = true;
    return () => {
      if (!isHeld) return;
      isHeld = false;
      this.total -= amount;
      const left = this.ofClient.get(client)! - amount;
      if (left === 0) this.ofClient.delete(client);
      else this.ofClient.set(client, left);
    };
  }

  get held(): number {
    return this.total;
  }
}

interface Asking {
  begin: () => void;
  isGone: () => boolean;
  client: string;
}

/**
 * One budget for all long work: a few run, a few more wait, the others are told to come again. Whoever has fewest running is
 * next, and nobody has more than half of the places to wait: one client, as busy as it may be, keeps no other from its turn.
 */
export class Gate {
  private running = 0;
  private readonly ofClient = new Map<string, number>();
  private readonly waiting: Asking[] = [];
  refused = 0;

  constructor(
    private readonly most: number,
    private readonly mostWaiting: number,
  ) {}

  /** Calls `begin` when there is room; call {@link leave} when it is done. False if too many wait. */
  enter(begin: () => void, isGone: () => boolean, client: string): boolean {
    const asking = { begin, isGone, client };
    if (this.running < this.most) {
      this.start(asking);
      return true;
    }
    if (!this.hasRoom(client)) {
      this.refused++;
      return false;
    }
    this.waiting.push(asking);
    return true;
  }

  /** For one more who waits; whoever has gone makes some. */
  private hasRoom(client: string): boolean {
    const own = () => this.waiting.filter((one) => one.client === client).length;
    const isFull = () => this.waiting.length >= this.mostWaiting || own() >= Math.ceil(this.mostWaiting / 2);
    if (isFull()) {
      const staying = this.waiting.filter((one) => !one.isGone());
      this.waiting.splice(0, Infinity, ...staying);
    }
    return !isFull();
  }

  private start({ begin, client }: Asking): void {
    this.running++;
    this.ofClient.set(client, this.runningOf(client) + 1);
    begin();
  }

  private runningOf = (client: string): number => this.ofClient.get(client) ?? 0;

  leave(client: string): void {
    this.running--;
    const left = this.runningOf(client) - 1;
    if (left > 0) this.ofClient.set(client, left);
    else this.ofClient.delete(client);
    for (let next = this.takeNext(); next; next = this.takeNext())
      if (!next.isGone()) return this.start(next);
  }

  /** Of those who have fewest running who has waited longest. */
  private takeNext(): Asking | undefined {
    const fewest = Math.min(...this.waiting.map(({ client }) => this.runningOf(client)));
    const place = this.waiting.findIndex(({ client }) => this.runningOf(client) === fewest);
    return place < 0 ? undefined : this.waiting.splice(place, 1)[0];
  }

  get counts(): { running: number; waiting: number } {
    return { running: this.running, waiting: this.waiting.length };
  }
}
