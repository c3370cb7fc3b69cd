import type { Transact } from '@conclave/coordination';
import type { EventStore } from '@conclave/event-store';
import type { Clock } from '@conclave/kernel';
import type { Logger } from './reporting/logger.js';

export type FileKind = 'snapshot' | 'key' | 'known' | 'checkpoint';

export interface NodeOptions {
  store: EventStore;
  clock: Clock;
  logger: Logger;
  /** A uuid, different for each server. */
  instance: string;
  /** How far clock rates may differ between machines, 0.01 = 1 %. */
  maxDrift: number;
  /**
   * Where a file of this server's own is kept that belongs to its store; null: nowhere, it ends with the
   * process.
   */
  fileOf: (kind: FileKind) => string | null;
  /** Where witnesses are that co-sign checkpoints: URLs. */
  witnesses?: readonly string[];
  /** Digest of a log that is not the one that was known, and that is accepted as it is. */
  acceptLog?: string | undefined;
  /** How commands reach {@link Node.repository}; default: directly. The server's go over Nest's bus. */
  transact?: Transact;
}

/** How often a node's `tick` wants to be called. */
export const TICK_MS = 50;
