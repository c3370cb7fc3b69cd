import type { ElectionCommand, Id } from '@conclave/election';
import { randomUuid } from '@conclave/kernel';
import type { Order, Receipt } from './order.js';

/** Carries out a command; rejects with CommandRefused or a StoreError, and then nothing was written. */
export type Transact = (group: Id, command: ElectionCommand, order: Order) => Promise<Receipt>;

export type SystemActor = 'system:presence' | 'system:deadlines' | `runner:${string}`;
/** A command that the system itself gives, or a runner in a beat, who proved by `auth` that it is it. */
export type Send = (
  group: Id,
  command: ElectionCommand,
  actor: SystemActor,
  auth?: Order['auth'],
) => Promise<Receipt>;

/** The system gives its commands as any client does, each under an id of its own (docs/architecture.md). */
export const sendBy =
  (transact: Transact): Send =>
  async (group, command, actor, auth) => {
    const commandId = randomUuid();
    return transact(group, command, {
      actor,
      ...(auth && { auth }),
      reason: null,
      commandId,
      correlationId: commandId,
      requestHash: '',
    });
  };
