/**
 * A place among those who do long work. It is given back when its answer is over and whoever makes that has stopped: a client
 * that leaves ends no work, and when a thousand leave at once each would let another one begin beside what still runs.
 */
export class Place {
  private isWorking = false;
  private isOver = false;
  private hasLeft = false;

  constructor(private readonly leave: () => void) {}

  async workIn<T>(work: () => T | Promise<T>): Promise<T> {
    this.isWorking = true;
    try {
      return await work();
    } finally {
      this.isWorking = false;
      this.settle();
    }
  }

  get isLeft(): boolean {
    return this.hasLeft;
  }

  /** Of the answer nothing more will be sent. */
  end(): void {
    this.isOver = true;
    this.settle();
  }

  /** Its client is what it waits for: others have its place, while it goes on as slowly as that takes it. */
  moveAside(): void {
    if (!this.hasLeft) this.giveBack();
  }

  private settle(): void {
    if (!this.hasLeft && !this.isWorking && this.isOver) this.giveBack();
  }

  private giveBack(): void {
    this.hasLeft = true;
    this.leave();
  }
}
