import type { GroupHead, GroupState } from '@conclave/election';
import { CommandRefused } from './errors.js';
import type { Order, Receipt } from './order.js';

/** The answer of a command that writes nothing now: a repeat names the events of its first run. */
export function answerRepeat(head: GroupHead, order: Order): Receipt {
  const { state, position } = head;
  const first = head.commands.get(order.commandId);
  if (first && first.requestHash !== order.requestHash) {
    throw keyReused(state);
  }
  return {
    changed: false,
    before: state,
    state,
    position,
    firstVersion: first?.firstVersion ?? 0,
    count: first?.count ?? 0,
  };
}

/** The same for one that changed nothing the first time; it changes nothing now, whatever has happened since. */
export function answerAgain(
  { state, position }: GroupHead,
  answered: { requestHash: string },
  { requestHash }: Order,
): Receipt {
  if (answered.requestHash !== requestHash) throw keyReused(state);
  return { changed: false, before: state, state, position, firstVersion: 0, count: 0 };
}

export const keyReused = (state: GroupState): CommandRefused =>
  new CommandRefused(
    'idempotency-key-reused',
    'this Idempotency-Key was used for another request. A repeat must be equal to the first; a new wish needs a new key.',
    state,
  );
