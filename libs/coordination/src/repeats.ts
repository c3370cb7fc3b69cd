import { rememberedIn, type GroupHead, type GroupState, type RememberedCommand } from '@conclave/election';
import { CommandRefused } from './errors.js';
import type { Order, Receipt } from './order.js';

/** The answer of a command that writes nothing now: a repeat names the events of its first run, if it left any. */
export function answerRepeat(
  head: GroupHead,
  order: Order,
  first: RememberedCommand | undefined = rememberedIn(head.commands, order.commandId),
): Receipt {
  const { state, position } = head;
  if (first && !isSame(first, order)) throw keyReused(state);
  return {
    changed: false,
    before: state,
    state,
    position,
    firstVersion: first?.firstVersion ?? 0,
    count: first?.count ?? 0,
  };
}

/** A key of somebody else is none of one's own. */
export const isSame = (
  first: Pick<RememberedCommand, 'requestHash' | 'actor'>,
  { requestHash, actor }: Order,
): boolean => first.requestHash === requestHash && (first.actor ?? actor) === actor;

export const keyReused = (state: GroupState): CommandRefused =>
  new CommandRefused(
    'idempotency-key-reused',
    'this Idempotency-Key was used for another request. A repeat must be equal to the first; a new wish needs a new key.',
    state,
  );
