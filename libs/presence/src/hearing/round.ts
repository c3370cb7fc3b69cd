/** Some of very many in each call, in turn: whoever comes last has its turn, too. */
export class Round<T> {
  private next: Iterator<T>;

  constructor(private readonly all: ReadonlySet<T>) {
    this.next = all.values();
  }

  /** At most so many, nobody twice. */
  *take(most: number): Generator<T> {
    for (let taken = 0; taken < most; taken++) {
      const { done, value } = this.next.next();
      if (!done) yield value;
      else {
        this.next = this.all.values();
        if (taken > 0) return;
      }
    }
  }
}
