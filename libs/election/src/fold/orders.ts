import type { CausedBy, Occasion, Occurrence } from '../model/events.js';
import { isPerson } from '../model/people.js';
import type { GroupState } from '../model/state.js';

/** What somebody wanted, in his words. `version`: of the event that recorded it. */
export interface Order {
  version: number;
  actor: string;
  reason: string | null;
}

/**
 * The reason of an order that something follows from. `before`: the group before the append; what was ordered earlier
 * stands in it as long as anything may follow from it.
 */
export function reasonOf(cause: CausedBy, before: GroupState, occasion: Occasion): string | null {
  if (cause.commandId === occasion.commandId) return occasion.reason;
  const { pin, pause, transfer, leadership, runners, proposals } = before;
  const standing = [
    pin,
    pause,
    transfer,
    leadership?.handover,
    ...proposals,
    ...[...runners.values()].flatMap((r) => r.taints),
  ];
  return standing.find((one) => one?.order.version === cause.version)?.reason ?? null;
}

/** On which order of a person this happened: his own, or one that it follows from; null: nobody ordered it. */
export function orderBehind({ meta }: Occurrence, version: number, before: GroupState): Order | null {
  const { actor, causedBy } = meta;
  if (causedBy && isPerson(causedBy.actor))
    return { version: causedBy.version, actor: causedBy.actor, reason: reasonOf(causedBy, before, meta) };
  return !causedBy && isPerson(actor) ? { version, actor, reason: meta.reason } : null;
}
