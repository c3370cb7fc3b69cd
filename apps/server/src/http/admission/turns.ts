import { CLASSES, type Class } from './classes.js';

/**
 * How long one turn of the event loop may have taken before who is of that class waits for the next: then what has come in
 * meanwhile, beats of leaders first, is heard before it.
 */
const BUDGET_MS: Record<Class, number> = {
  'leader-beat': Infinity,
  beat: 60,
  command: 40,
  read: 20,
  stream: 15,
  audit: 10,
};
/** More of a class are not kept waiting: who asks is told to come again. */
const MOST_WAITING: Record<Class, number> = {
  'leader-beat': Infinity,
  beat: 20_000,
  command: 2_000,
  read: 2_000,
  stream: 500,
  audit: 200,
};

const A_TURN_MOST = 64;

interface Waiting {
  begin: () => void;
  isGone: () => boolean;
}

/** Lets requests begin in the order of their classes when there are more than one turn can take. */
export class Turns {
  private readonly waiting = new Map<Class, Waiting[]>(CLASSES.map((one) => [one, []]));
  private count = 0;
  private startedMs = 0;
  private isOpen = false;
  private readonly begun = new Set<Class>();

  constructor(
    private readonly nowMs: () => number = () => performance.now(),
    private readonly nextTurn: (act: () => void) => void = setImmediate,
  ) {}

  /** Calls `begin` now or in a later turn; false if too many wait. */
  enter(of: Class, begin: () => void, isGone: () => boolean): boolean {
    this.open();
    if (this.nowMs() - this.startedMs <= BUDGET_MS[of] && !this.hasBefore(of)) {
      begin();
      return true;
    }
    const line = this.waiting.get(of)!;
    if (line.length >= MOST_WAITING[of]) return false;
    line.push({ begin, isGone });
    this.count++;
    return true;
  }

  /** Whoever has waited longer in the same class, or a better one, is before. */
  private hasBefore(of: Class): boolean {
    if (this.count === 0 || of === 'leader-beat') return false;
    for (const one of CLASSES) {
      if (this.waiting.get(one)!.length > 0) return true;
      if (one === of) return false;
    }
    return false;
  }

  private open(): void {
    if (this.isOpen) return;
    this.isOpen = true;
    this.startedMs = this.nowMs();
    this.nextTurn(() => this.close());
  }

  /** The turn is over; who waits begins in the next one, when what came in meanwhile has been heard. */
  private close(): void {
    this.isOpen = false;
    this.begun.clear();
    if (this.count === 0) return;
    this.isOpen = true;
    this.startedMs = this.nowMs();
    // each by itself: what one does after its first pause runs before the next one begins, and is counted
    for (let n = Math.min(this.count, A_TURN_MOST); n > 0; n--) this.nextTurn(() => this.beginOne());
    this.nextTurn(() => this.close());
  }

  /** One of each class a turn, however long it has been: nobody waits for ever. */
  private beginOne(): void {
    for (const of of CLASSES) {
      const line = this.waiting.get(of)!;
      if (line.length === 0) continue;
      if (this.begun.has(of) && this.nowMs() - this.startedMs > BUDGET_MS[of]) continue;
      this.begun.add(of);
      const { begin, isGone } = line.shift()!;
      this.count--;
      if (!isGone()) begin();
      return;
    }
  }

  get waitingCounts(): ReadonlyMap<Class, number> {
    return new Map([...this.waiting].map(([of, line]) => [of, line.length]));
  }
}
