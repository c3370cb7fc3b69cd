/** Long work gives way after so long: nobody else waits more than this for it (and the item under way). */
const SLICE_MS = 5;
/** Who comes in is let in for so long between two slices. */
const LET_IN_MS = 20;
/** Beats that have waited for so long are heard one behind the other, in each turn for as long as this. */
const [OVERDUE_MS, OVERDUE_SLICE_MS] = [1_000, 20];

/** For whom something waits: runners that beat; groups whose lease is over; nobody, or somebody who can. */
export type Waiting = 'beats' | 'leases' | 'rest';

interface Waiter {
  go: () => void;
  sinceMs: number;
  isFirst: boolean;
}
/** One at a time, else all who waited would take a piece before anybody else's turn. */
const queues: Record<Waiting, Waiter[]> = { beats: [], leases: [], rest: [] };

const atFirst = {
  /** Since when long work runs without a break, whoever does it: all of it together gives way. */
  sinceMs: 0,
  isServing: false,
  last: 'rest' as Waiting,
  other: 'rest' as Waiting,
  /** In this turn somebody was let in, and others may wait behind him: whoever lets them in sets it. */
  hasLetIn: false,
};

/** How others get their turn; a simulation of several processes in one has another way, and begins anew with each world. */
export const turns = {
  ...atFirst,
  next: async (): Promise<void> => new Promise((resolve) => setImmediate(resolve)),
  /** When who was let go has done his piece. */
  afterPiece: (act: () => void): void => process.nextTick(act),
  beginAnew(): void {
    for (const queue of Object.values(queues)) queue.length = 0;
    Object.assign(turns, atFirst);
  },
};

/** True if long work has had its slice: asked where there are millions of pieces, each too small for a promise. */
export const isSliceOver = (): boolean => performance.now() - turns.sinceMs >= SLICE_MS;

/**
 * Between two pieces of long work: others get their turn if all such work of this process had its slice. However much else waits,
 * beats get every second turn: who is not heard is given up, which is more work again.
 * `isFirst`: before its like, as what leaders wait for.
 */
export async function giveWay(who: Waiting = 'rest', isFirst = false): Promise<void> {
  if (!isSliceOver()) return;
  await new Promise<void>((go) => {
    const waiter = { go, sinceMs: performance.now(), isFirst };
    if (isFirst) queues[who].unshift(waiter);
    else queues[who].push(waiter);
    if (turns.isServing) return;
    [turns.isServing, turns.last] = [true, 'beats']; // what was before nobody waited for
    serveNext();
  });
}

/**
 * Connections come in one a turn of the event loop (libuv), and turns with long work are long: 5,000 processes that came back
 * after a restart got in at 100 to 200 a second, when the leases of the last ones were over. Only while beats of a crowd wait, not
 * before what leaders wait for, and not for long: strangers who are refused come again at once, each with a new connection, and a
 * handshake of TLS takes milliseconds.
 */
async function letIn(): Promise<void> {
  const sinceMs = performance.now();
  const mayGoOn = () => queues.beats.length > 0 && !queues.leases[0]?.isFirst;
  do {
    turns.hasLetIn = false;
    await turns.next();
  } while (turns.hasLetIn && mayGoOn() && performance.now() - sinceMs < LET_IN_MS);
}

function serveNext(): void {
  void letIn().then(() => {
    turns.sinceMs = performance.now();
    turns.last = nextOf();
    serve();
  });
}

/**
 * One behind the other until the slice is over: a turn for each would be more turns than work. Of beats one at a time: a leader that
 * beats for itself takes ten turns to be answered, and a slice full of batches makes each of them long (30 ms in all, or 130).
 */
function serve(): void {
  const { last } = turns;
  queues[last].shift()!.go();
  turns.afterPiece(() => {
    if (queues[last].length > 0 && goesOn(last)) return serve();
    turns.isServing = Object.values(queues).some(({ length }) => length > 0);
    if (turns.isServing) serveNext();
  });
}

function goesOn(who: Waiting): boolean {
  if (who !== 'beats') return !isSliceOver();
  const nowMs = performance.now();
  return nowMs - turns.sinceMs < OVERDUE_SLICE_MS && nowMs - queues.beats[0]!.sinceMs >= OVERDUE_MS;
}

function nextOf(): Waiting {
  if (queues.beats.length > 0 && turns.last !== 'beats') return 'beats';
  const inTurn: readonly Waiting[] = turns.other === 'rest' ? ['leases', 'rest'] : ['rest', 'leases'];
  const other = inTurn.find((who) => queues[who].length > 0);
  if (!other) return 'beats';
  turns.other = other;
  return other;
}
