import { rmSync, statSync } from 'node:fs';
import { KEYS_STREAM } from '@conclave/audit';
import {
  digestOf,
  StoreUnavailable,
  StoreUnusable,
  type EventStore,
  type Position,
  type Shelf,
  type Shelved,
} from '@conclave/event-store';
import type { Clock } from '@conclave/kernel';
import type { KnownLog } from '../log/known-log.js';
import { isNothing } from '../log/marks.js';
import type { Logger } from '../reporting/logger.js';
import type { Snapshot } from './snapshot.js';
import type { Snapshots } from './snapshots.js';
import { aboutOf, takeShared, UselessSnapshot } from './take-shared.js';

export interface SharedSnapshotsParts {
  store: EventStore;
  clock: Clock;
  fileOf: (kind: 'snapshot') => string | null;
  snapshots: Pick<Snapshots, 'read' | 'restore' | 'save' | 'position'>;
  logger: Logger;
  signal: AbortSignal;
  /** Whether it was looked up what is known of this log, also under another name of the store. */
  review: { readonly isChecked: boolean };
  known: KnownLog;
  /** What was restored is of no use. */
  onLost: (why: string) => void;
}

/** Where a server begins that knows nothing: with the snapshot in the store, if there is one of use. */
export class SharedStart {
  /** The one there of this position was of no use here, and would be of none to the next server. */
  useless: Position | null = null;
  /** The store did not answer when it was looked for. */
  private isMissed = false;

  constructor(
    private readonly p: SharedSnapshotsParts,
    private readonly path: string | null,
    private readonly shelf: Shelf | null,
  ) {}

  /**
   * Before anything is read: the snapshot to begin from, its folds restored; null: there is none that can be used. Rejects with
   * StoreUnavailable if the store does not answer yet, or with SnapshotUnusable: whoever runs this server begins once more.
   */
  async begin(): Promise<Snapshot | null> {
    const { path, shelf } = this;
    if (path === null || !shelf || !this.knowsNothing || (await this.hasOwn(shelf, path))) return null;
    const last = await this.find(shelf);
    if (!last || !(await this.take(shelf, last, path))) return null;
    try {
      return this.restore(last, path);
    } catch (error) {
      this.p.onLost((error as Error).message);
      throw error;
    }
  }

  /** True if there is a file; an empty one says that the last start took one from the store that was of no use. */
  private async hasOwn(shelf: Shelf, path: string): Promise<boolean> {
    const bytes = sizeOf(path);
    if (bytes === 0) this.useless = (await this.find(shelf))?.position ?? null;
    return bytes !== null;
  }

  /** What is known of a log is compared with what is read of it, all of it (G1). */
  private get knowsNothing(): boolean {
    const { review, known } = this.p;
    return review.isChecked && isNothing(known.kept) && known.others.isEmpty;
  }

  /** Where the store answers, and this alone cannot be read, the log is. */
  private async find(shelf: Shelf): Promise<Shelved | null> {
    if (this.isMissed) await this.reach();
    try {
      return await shelf.last();
    } catch (error) {
      if (error instanceof StoreUnusable) return null; // the log says so as well, or it is said when one is to be put there
      if (error instanceof StoreUnavailable && !this.isMissed) {
        this.isMissed = true;
        throw error;
      }
      this.forgo(error as Error);
      return null;
    }
  }

  private async reach(): Promise<void> {
    try {
      for await (const _ of this.p.store.read(KEYS_STREAM)) break;
    } catch (error) {
      if (error instanceof StoreUnavailable) throw error;
    }
  }

  /** True if the file is there now. Whatever is wrong with the one in the store, the log can be read. */
  private async take(shelf: Shelf, last: Shelved, path: string): Promise<boolean> {
    try {
      if (!(await takeShared(shelf, last, path, this.p))) return false;
      this.p.logger.info({ position: last.position }, 'took the snapshot that is kept in the store');
      return true;
    } catch (error) {
      if (error instanceof UselessSnapshot) this.useless = last.position;
      this.forgo(error as Error);
      return false;
    }
  }

  private forgo({ message }: Error): void {
    if (this.p.signal.aborted) return;
    this.p.logger.warn(`no snapshot could be taken from the store (this start takes longer): ${message}`);
  }

  /** What was looked up in the log is what it says of itself: that must be what is restored. */
  private restore(last: Shelved, path: string): Snapshot | null {
    const { snapshots } = this.p;
    const snapshot = snapshots.read(() => undefined);
    const said = { position: last.position, anchors: aboutOf(last)?.anchors };
    const isAsSaid =
      snapshot !== null &&
      digestOf({ position: snapshot.position, anchors: snapshot.anchors }) === digestOf(said);
    if (isAsSaid) snapshots.restore(snapshot);
    else this.refuse(last, path);
    return isAsSaid ? snapshot : null;
  }

  /** The next start is not to take the file for one of its own. */
  private refuse({ position }: Shelved, path: string): void {
    this.useless = position;
    rmSync(path, { force: true });
  }
}

/** Null: no such file. One that cannot be looked at cannot be replaced either. */
function sizeOf(path: string): number | null {
  try {
    return statSync(path, { throwIfNoEntry: false })?.size ?? null;
  } catch {
    return Infinity;
  }
}
