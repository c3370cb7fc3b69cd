import type { Id } from '../model/vocabulary.js';

/** Ids in order, of a set that mostly grows: what came since it was last looked at is put in when it is looked at again. */
export class SortedIds {
  private sorted: Id[] = [];
  private readonly fresh = new Set<Id>();

  /** One that is not in it. */
  add(id: Id): void {
    this.fresh.add(id);
  }

  remove(id: Id): void {
    if (!this.fresh.delete(id)) this.sorted = this.sorted.filter((one) => one !== id);
  }

  /** Of this moment; it does not change. */
  get all(): readonly Id[] {
    if (this.fresh.size > 0) this.sorted = merged(this.sorted, [...this.fresh].sort());
    this.fresh.clear();
    return this.sorted;
  }

  /** Those behind it, which need not be in it. */
  *after(id: Id | undefined): Generator<Id> {
    const { all } = this;
    for (let at = id === undefined ? 0 : placeBehind(all, id); at < all.length; at++) yield all[at]!;
  }
}

function merged(a: readonly Id[], b: readonly Id[]): Id[] {
  const both: Id[] = [];
  for (let i = 0, j = 0; i < a.length || j < b.length;)
    both.push(j === b.length || a[i]! < b[j]! ? a[i++]! : b[j++]!);
  return both;
}

function placeBehind(ids: readonly Id[], id: Id): number {
  let [low, high] = [0, ids.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (ids[middle]! <= id) low = middle + 1;
    else high = middle;
  }
  return low;
}
