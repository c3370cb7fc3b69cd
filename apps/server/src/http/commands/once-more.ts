import { CommandRefused, type Order, type Receipt } from '@conclave/coordination';
import { randomUuid } from '@conclave/kernel';

/**
 * Carries a command out once more, on what it has led to: it has met its conditions, and is no repeat; but it is not meant for a
 * later term. That it is refused by now, as of who is no member any more, is no failure. Resolves with what came of it in the end.
 */
export async function carryOutOnceMore(
  first: Receipt,
  order: Order,
  act: (order: Order) => Promise<Receipt>,
): Promise<Receipt> {
  const again = { ...order, commandId: randomUuid(), ifTerm: first.state.term, ifVersion: undefined };
  return act(again).catch((error: unknown) => {
    if (error instanceof CommandRefused) return first;
    throw error;
  });
}
