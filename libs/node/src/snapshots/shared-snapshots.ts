import { createReadStream, existsSync } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { StoreUnavailable, type EventStore, type Position, type Shelf } from '@conclave/event-store';
import { isoOf, type Clock } from '@conclave/kernel';
import type { KnownLog } from '../log/known-log.js';
import { isNothing } from '../log/marks.js';
import type { Logger } from '../reporting/logger.js';
import { FORMAT, type Snapshot } from './snapshot.js';
import type { Snapshots } from './snapshots.js';
import { aboutOf, takeShared, UselessSnapshot, type About } from './take-shared.js';

const LOOK_EVERY_MS = 60_000;
/** Whoever is upgraded next may need the first one of a new form. */
const FIRST_MS = 5_000;
/** Names of people are in it which the log keeps for a week only. */
const OLDEST_MS = 86_400_000;

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

/**
 * Snapshots in a store that several servers share: one that starts with an empty disk, as a new pod does, need not read the
 * whole log. Nothing in one is of the server that took it, and whoever knows anything of a log takes none (ADR 020).
 */
export class SharedSnapshots {
  private readonly path: string | null;
  private readonly shelf: Shelf | null;
  private running: Promise<unknown> | null = null;
  private lookedMs: number | null = null;
  private told = '';
  /** What stands there is to be replaced at once. */
  private isUseless = false;

  constructor(private readonly p: SharedSnapshotsParts) {
    this.path = p.fileOf('snapshot');
    this.shelf = p.store.shelf?.('snapshot') ?? null;
  }

  /**
   * Before anything is read: the snapshot to begin from, its folds restored; null: there is none that can be used. Rejects with
   * StoreUnavailable if the store does not answer yet, or with SnapshotUnusable: whoever runs this server begins once more.
   */
  async begin(): Promise<Snapshot | null> {
    const { path } = this;
    const { snapshots } = this.p;
    if (path === null || existsSync(path) || !this.knowsNothing || !(await this.take(path))) return null;
    try {
      const snapshot = snapshots.read(() => undefined);
      this.isUseless = snapshot === null;
      if (snapshot) snapshots.restore(snapshot);
      return snapshot;
    } catch (error) {
      this.p.onLost((error as Error).message);
      throw error;
    }
  }

  /** What is known of a log is compared with what is read of it, all of it (G1). */
  private get knowsNothing(): boolean {
    const { review, known } = this.p;
    return review.isChecked && isNothing(known.kept) && known.others.isEmpty;
  }

  /** True if the file is there now. Whatever else is wrong with the one in the store, the log can be read. */
  private async take(path: string): Promise<boolean> {
    const { shelf } = this;
    const { logger, signal } = this.p;
    let isThere = false;
    try {
      const last = (await shelf?.last()) ?? null;
      isThere = true;
      if (!last || !(await takeShared(shelf!, last, path, this.p))) return false;
      logger.info({ position: last.position }, 'took the snapshot that is kept in the store');
      return true;
    } catch (error) {
      if (!isThere && error instanceof StoreUnavailable) throw error;
      this.isUseless = error instanceof UselessSnapshot;
      const { message } = error as Error;
      if (!signal.aborted)
        logger.warn(`no snapshot could be taken from the store (this start takes longer): ${message}`);
      return false;
    }
  }

  /** Call now and then, with a steady clock: looks once in a while whether the one in the store has become old. */
  tick(nowMs: number): void {
    this.lookedMs ??= nowMs + FIRST_MS - LOOK_EVERY_MS;
    const { shelf, path } = this;
    if (!shelf || path === null || this.running || nowMs - this.lookedMs < LOOK_EVERY_MS) return;
    this.lookedMs = nowMs;
    this.running = this.putIfDue(shelf, path)
      .catch((error: Error) => this.complain(error))
      .finally(() => (this.running = null));
  }

  private async putIfDue(shelf: Shelf, path: string): Promise<void> {
    const { position } = this.p.snapshots;
    if (position !== null && (await this.isDue(shelf, position)) && (await this.put(shelf, path)))
      this.isUseless = false;
  }

  private async isDue(shelf: Shelf, position: Position): Promise<boolean> {
    if (this.isUseless || (await shelf.isDue(position))) return true;
    const last = await shelf.last();
    const about = last && aboutOf(last);
    return !!about && (about.format < FORMAT || this.p.clock.wallMs() - Date.parse(about.at) > OLDEST_MS);
  }

  private complain({ message }: Error): void {
    if (this.p.signal.aborted || message === this.told) return;
    this.told = message;
    this.p.logger.warn(
      `no snapshot could be put into the store (servers with an empty disk take longer to start): ${message}`,
    );
  }

  private async put(shelf: Shelf, path: string): Promise<boolean> {
    const { snapshots, signal, logger, clock } = this.p;
    const at = isoOf(clock.wallMs());
    const taken = await snapshots.save();
    if (!taken || signal.aborted) return false;
    const { position, anchors } = taken;
    const about: About = { format: FORMAT, at, anchors };
    const [file, bytes] = [createReadStream(path), createGzip()];
    pipeline(file, bytes, { signal }).catch(() => undefined); // whoever takes the bytes is told
    try {
      const isPut = await shelf.put({ position, about }, bytes);
      if (isPut) logger.debug({ position }, 'put a snapshot into the store');
      return isPut;
    } finally {
      for (const stream of [file, bytes]) stream.destroy(); // perhaps they were not wanted
    }
  }

  /** What people are forgotten in goes from there, too: whatever was taken of less than this server has read. Rejects as the store does. */
  async drop(): Promise<void> {
    const { position } = this.p.snapshots;
    if (this.shelf && position !== null) await this.shelf.drop(position);
  }

  /** Resolves when nothing is under way; at a stop that is soon. */
  async idle(): Promise<void> {
    await this.running;
  }
}
