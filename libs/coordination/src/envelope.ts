import { EventData, type ElectionEvent, type Envelope, type GroupHead, type RecordedEvent } from '@conclave/election';
import { chainHash, type NewEvent } from '@conclave/event-store';
import { derivedUuid } from '@conclave/kernel';
import type { Order } from './order.js';

/** Puts decided events into their envelopes, chained to the group's last hash. All events of one append share `at`. */
export function enveloped(events: readonly ElectionEvent[], head: GroupHead, order: Order, at: string, instance: string): RecordedEvent[] {
  let { hash } = head;
  const { actor, reason, commandId, requestHash, correlationId } = order;
  return events.map(({ type, data }, index) => {
    EventData[type].parse(data); // nothing that could not be read again gets into the log
    const version = head.state.version + 1 + index;
    const group = head.state.id;
    const meta = { id: derivedUuid(commandId, index), at, actor, reason, commandId, requestHash, correlationId, instance };
    hash = chainHash(hash, { group, version, type, data, meta });
    return { group, version, position: '', type, data, meta: { ...meta, hash } satisfies Envelope } as RecordedEvent;
  });
}

export const toStore = ({ type, data, meta }: RecordedEvent): NewEvent => ({ id: meta.id, type, data, meta });
