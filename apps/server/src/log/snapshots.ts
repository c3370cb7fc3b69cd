import type { Anchor, Consumer, Position, StoredAppend } from '@conclave/event-store';
import type { Logger } from '../logger.js';
import { readSnapshot, writeSnapshot, type Snapshot } from './snapshot.js';

/** A fold that a snapshot can bring back. */
export interface Restorable {
  saved(): unknown;
  restore(saved: never): void;
}

/** Keeps a file from which a restart need not read the whole log. The last consumer: every fold has taken what it has. */
export class Snapshots implements Consumer {
  private position: Position | null = null;
  /** Events since the last one. */
  applied = 0;

  constructor(
    private readonly path: string | null,
    private readonly folds: Record<string, Restorable>,
    private readonly anchors: () => Anchor[],
    private readonly logger: Logger,
  ) {}

  apply({ events, position }: StoredAppend): void {
    this.position = position;
    this.applied += events.length;
  }

  read(): Snapshot | null {
    return this.path === null ? null : readSnapshot(this.path);
  }

  /** Brings the folds to where it was taken. It must be of this very log. */
  restore(snapshot: Snapshot): void {
    for (const [name, fold] of Object.entries(this.folds)) fold.restore(snapshot.folds[name] as never);
  }

  /** Between two turns of the loop every fold stands at the same position: that is what makes this one consistent. */
  save(): void {
    this.applied = 0;
    const { path, position } = this;
    if (!path || !position) return;
    const folds = Object.fromEntries(Object.entries(this.folds).map(([name, fold]) => [name, fold.saved()]));
    try {
      writeSnapshot(path, { position, anchors: this.anchors(), folds });
    } catch (error) {
      this.logger.warn(`no snapshot could be written (the next start takes longer): ${(error as Error).message}`);
    }
  }
}
