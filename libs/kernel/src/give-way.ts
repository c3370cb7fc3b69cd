/** Long work gives way after so long: nobody else waits more than this for it (and the item under way). */
const SLICE_MS = 5;

/** Who waits for a turn: one at a time, else all who waited would take a piece before anybody else's turn. */
const waiting: (() => void)[] = [];

/** How others get their turn; a simulation of several processes in one has another way, and begins anew with each world. */
export const turns = {
  /** Since when long work runs without a break, whoever does it: all of it together gives way. */
  sinceMs: 0,
  next: async (): Promise<void> => new Promise((resolve) => setImmediate(resolve)),
};

/** True if long work has had its slice: asked where there are millions of pieces, each too small for a promise. */
export const isSliceOver = (): boolean => performance.now() - turns.sinceMs >= SLICE_MS;

/**
 * Between two pieces of long work: others get their turn if all such work of this process had its slice. `isFirst`: before
 * everybody else who gives way, as what leases wait for.
 */
export async function giveWay(isFirst = false): Promise<void> {
  if (!isSliceOver()) return;
  await new Promise<void>((resolve) => {
    const count = isFirst ? waiting.unshift(resolve) : waiting.push(resolve);
    if (count === 1) release();
  });
}

function release(): void {
  void turns.next().then(() => {
    turns.sinceMs = performance.now();
    waiting.shift()!();
    if (waiting.length > 0) release();
  });
}
