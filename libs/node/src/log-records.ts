import type { GroupListener, Groups } from '@conclave/election';
import type { Presence } from '@conclave/presence';
import type { Consumer } from '@conclave/event-store';
import type { SigningKey } from './keys/signing-key.js';
import type { NodeOptions } from './node-options.js';
import { Disputes } from './review/disputes.js';
import { Attempts } from './log/attempts.js';
import { Checkpoints } from './log/checkpoints.js';
import { KeptPresence } from './heard/kept-presence.js';
import type { Restorable } from './snapshots/snapshot.js';
import { WebhookLog } from './webhooks/webhook-log.js';

interface Parts {
  groups: Groups;
  /** From its start on. */
  signingKey: SigningKey;
  presence: Pick<Presence, 'digestAt'>;
}

/** What a server writes into the log beside decisions, so that others can check them. */
export class LogRecords {
  readonly attempts: Attempts;
  readonly checkpoints: Checkpoints;
  readonly disputes: Disputes;
  readonly kept: KeptPresence;
  readonly webhooks: WebhookLog;

  constructor(options: NodeOptions & { signal: AbortSignal }, node: Parts) {
    const { store, clock, instance, logger } = options;
    this.attempts = new Attempts(store, clock, instance, logger);
    this.checkpoints = new Checkpoints(options, node.groups, () => node.signingKey);
    this.disputes = new Disputes(store, clock, instance, (message) => logger.error(message));
    const problem = (message: string): void => logger.warn(message);
    this.kept = new KeptPresence({ store, clock, instance, digestAt: node.presence.digestAt, problem });
    this.webhooks = new WebhookLog(store, clock, instance);
  }

  get listeners(): GroupListener[] {
    return [this.kept, this.webhooks.vacancies];
  }
  get consumers(): Consumer[] {
    return [this.attempts, this.checkpoints, this.disputes, this.kept, this.webhooks];
  }
  get folds(): Record<string, Restorable> {
    const { attempts, checkpoints, disputes, kept, webhooks } = this;
    return { attempts, checkpoints, disputes, kept, webhooks };
  }

  /** Call a few times a second, while this server may decide. */
  tick(nowMs: number): void {
    this.checkpoints.tick(nowMs);
    this.kept.tick(nowMs);
  }
}
