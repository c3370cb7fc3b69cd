import type { GroupTime, Send } from '@conclave/coordination';
import type { Groups, Id } from '@conclave/election';
import type { EventStore } from '@conclave/event-store';
import type { Clock } from '@conclave/kernel';

export interface PresenceOptions {
  store: EventStore;
  groups: Groups;
  send: Send;
  clock: Clock;
  time: GroupTime;
  instance: string;
  /** How far clock rates may differ between machines, 0.01 = 1 %. */
  maxDrift: number;
  /** Waits until this server's own tail has read a position. */
  reached: (position: string, timeoutMs: number) => Promise<boolean>;
  /** The group at the store's head. */
  headOf: (group: Id) => Promise<{ version: number; position: string }>;
  /** Resolves when all has been read that was written before it was asked. Rejects with StoreUnavailable. */
  ofNow: () => Promise<void>;
  problem: (message: string) => void;
  /** Told what must not happen: what a timer or a client's stream threw. */
  defect: (error: unknown) => void;
}
