/** The newest of many, oldest first; `more`: how many older ones are left out. */
export interface Newest<T> {
  shown: T[];
  more: number;
}

/** A page of more than that is read by nobody. */
const MOST_SHOWN = 1_000;

/** Takes one more into the newest. */
export function keepNewest<T>(newest: Newest<T>, item: T): void {
  newest.shown.push(item);
  if (newest.shown.length <= MOST_SHOWN) return;
  newest.shown.shift();
  newest.more++;
}
