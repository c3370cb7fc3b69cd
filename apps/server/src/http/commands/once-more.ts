import { CommandRefused, type Order, type Receipt } from '@conclave/coordination';
import { randomUuid } from '@conclave/kernel';

/**
 * Carries a command out once more, on what it has led to: it has met its conditions, and is no repeat; but it is not meant for a
 * later term. That it is refused by now, as of who is no member any more, is no failure.
 */
export async function carryOutOnceMore(
  { state }: Receipt,
  order: Order,
  act: (order: Order) => Promise<unknown>,
): Promise<void> {
  const again = { ...order, commandId: randomUuid(), ifTerm: state.term, ifVersion: undefined };
  await act(again).catch((error: unknown) => {
    if (!(error instanceof CommandRefused)) throw error;
  });
}
