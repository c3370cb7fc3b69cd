import type { Consumer, EventStore, StoredAppend, StoredEvent } from '@conclave/event-store';
import type { Logger } from './logger.js';
import { readSnapshot, writeSnapshot, type Snapshot } from './snapshot.js';

/** A fold that a snapshot can bring back. */
export interface Restorable {
  saved(): unknown;
  restore(saved: never): void;
}

/** Keeps a file from which a restart need not read the whole log. The last consumer: every fold has taken what it has. */
export class Snapshots implements Consumer {
  private anchor: StoredEvent | null = null;
  /** Events since the last one. */
  applied = 0;

  constructor(
    private readonly path: string | null,
    private readonly folds: Record<string, Restorable>,
    private readonly logger: Logger,
  ) {}

  apply({ events }: StoredAppend): void {
    this.anchor = events.at(-1)!;
    this.applied += events.length;
  }

  /** Brings the folds to where the last snapshot was taken, if there is one of this very log; null otherwise. */
  async restored(store: EventStore): Promise<Snapshot | null> {
    const snapshot = this.path ? await readSnapshot(this.path, store).catch(() => null) : null;
    if (snapshot) for (const [name, fold] of Object.entries(this.folds)) fold.restore(snapshot.folds[name] as never);
    return snapshot;
  }

  /** Between two turns of the loop every fold stands at the same position: that is what makes this one consistent. */
  save(): void {
    this.applied = 0;
    if (!this.path || !this.anchor) return;
    const { stream, version, id, position } = this.anchor;
    const folds = Object.fromEntries(Object.entries(this.folds).map(([name, fold]) => [name, fold.saved()]));
    try {
      writeSnapshot(this.path, { position, anchor: { stream, version, id }, folds });
    } catch (error) {
      this.logger.warn(`no snapshot could be written (the next start takes longer): ${(error as Error).message}`);
    }
  }
}
