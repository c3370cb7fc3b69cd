import {
  checkData,
  STORED_FORM,
  type ElectionCommand,
  type ElectionEvent,
  type GroupHead,
  type RecordedEvent,
} from '@conclave/election';
import { chainHash, saltsFor, type NewEvent } from '@conclave/event-store';
import { derivedUuid, randomSalt } from '@conclave/kernel';
import type { Order } from './order.js';

/** A command with who asked, when it was decided, and by which server. */
export interface Decided {
  command: ElectionCommand;
  order: Order;
  at: string;
  instance: string;
}

/**
 * Puts decided events into their envelopes, as one append, chained to the group's last hash. All of them
 * share `at`.
 */
export function envelop(
  events: readonly ElectionEvent[],
  head: GroupHead,
  { command, order, at, instance }: Decided,
): RecordedEvent[] {
  let { hash } = head;
  const { actor, auth, reason, commandId, requestHash, correlationId } = order;
  const salts = new Map(head.salts);
  const saltOf = (person: string): string => {
    const salt = salts.get(person) ?? randomSalt();
    salts.set(person, salt);
    return salt;
  };
  return events.map(({ type, data, causedBy }, index) => {
    checkData(type, data); // nothing that could not be read again gets into the log
    const version = head.state.version + 1 + index;
    const group = head.state.id;
    // JSON has no undefined
    const asked = index === 0 ? { command: JSON.parse(JSON.stringify(command)) as ElectionCommand } : {};
    const gained = index === 0 && 'also' in command && command.type === 'ActivateRunner' ? { minor: 1 } : {};
    const part = { index, of: events.length };
    const id = derivedUuid(commandId, index);
    const named = {
      v: STORED_FORM,
      ...gained,
      id,
      part,
      at,
      actor,
      ...(auth && { auth }),
      reason,
      commandId,
      requestHash,
      correlationId,
      instance,
      ...asked,
      ...(causedBy && { causedBy }),
    } as const;
    const meta = { ...named, ...saltsFor({ type, data, meta: named }, saltOf) };
    hash = chainHash(hash, { group, version, type, data, meta });
    return { group, version, position: '', type, data, meta: { ...meta, hash } } as RecordedEvent;
  });
}

export const toStore = ({ type, data, meta }: RecordedEvent): NewEvent => ({ id: meta.id, type, data, meta });
