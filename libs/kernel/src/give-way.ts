/** Long work gives way after so long: nobody else waits more than this for it (and the item under way). */
const SLICE_MS = 10;

/** Since when long work runs without a break, whoever does it: all of it together gives way. */
let sinceMs = 0;
let turn: Promise<void> | null = null;

/** How others get their turn; a simulation of several processes in one has another way. */
export const turns = { next: async (): Promise<void> => new Promise((resolve) => setImmediate(resolve)) };

/** Between two pieces of long work: others get their turn if all such work of this process had its slice. */
export async function giveWay(): Promise<void> {
  if (performance.now() - sinceMs < SLICE_MS) return;
  turn ??= turns.next().then(() => {
    turn = null;
    sinceMs = performance.now();
  });
  await turn;
}
