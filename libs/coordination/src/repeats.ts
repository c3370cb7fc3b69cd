import { rememberedIn, type GroupHead, type GroupState, type RememberedCommand } from '@conclave/election';
import type { Answers } from './answers.js';
import { CommandRefused } from './errors.js';
import type { Order, Receipt } from './order.js';

/** Of a command that was answered before, as far as this server knows. Rejects with a StoreError. */
export const firstRun = async (
  answers: Answers,
  { commands }: GroupHead,
  order: Order,
): Promise<RememberedCommand | undefined> =>
  (await answers.find(order)) ?? rememberedIn(commands, order.commandId);

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
