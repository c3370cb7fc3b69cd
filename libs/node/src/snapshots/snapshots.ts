import { existsSync, rmSync, writeFileSync } from 'node:fs';
import {
  digestOf,
  type Anchor,
  type Consumer,
  type Position,
  type StoredAppend,
} from '@conclave/event-store';
import { z } from 'zod';
import { EventData, type SavedGroups } from '@conclave/election';
import { OWN_ONLY } from '../files/own-only.js';
import type { Logger } from '../reporting/logger.js';
import { VERSION } from '@conclave/kernel';
import { sweepDrafts } from '@conclave/launch';
import { rested } from '../pace/slices.js';
import { readSnapshot, writeSnapshot, type Restorable, type Snapshot, type Taken } from './snapshot.js';

/** A checkpoint stands for 10,000 events of others, which are read some thirty times as fast as ours. */
const PASSED_COUNTS = 300;

/** Of the time, while it runs: with a million runners a snapshot is three seconds of work, and 300 MB to a disk that appends wait for. */
const SHARE = 0.1;

const SAVE_EVERY = 50_000;
const SAVE_AT_STOP = 1_000;

/** What it could read matters only where it could not read all. */
const readerOf = ({ unreadable }: SavedGroups): string =>
  unreadable.length === 0 ? VERSION : `${VERSION} ${digestOf(formsOfEvents())}`;
const formsOfEvents = (): object =>
  Object.entries(EventData).map(([type, form]) => [type, z.toJSONSchema(form, { unrepresentable: 'any' })]);

/**
 * A build between two releases may have kept other things under the same number. What was restored by then is of no use:
 * whoever starts this server begins once more, and reads the log, as the file is empty: one that is missing would be taken
 * from the store, where the same one may be.
 */
export class SnapshotUnusable extends Error {
  constructor(path: string, cause: Error) {
    super(`"${path}" cannot be used here and was emptied (${cause.message}): all of the log is read`, {
      cause,
    });
  }
}

/**
 * Keeps a file from which a restart need not read the whole log. The last consumer: every fold has taken what
 * it has.
 */
export class Snapshots implements Consumer {
  /** Of what was read last. */
  position: Position | null = null;
  private checkpoint: string | null = null;
  /**
   * Events since the last one that a start from it would have to read; those of others are passed at a
   * fraction of the time.
   */
  private applied = 0;
  /** The file, if there is one, is of this very log. */
  private isOurs = false;
  private saving: Promise<Taken | null> | null = null;
  /** So many wait for it: then it does not rest. */
  private waiting = 0;
  private hurry = new AbortController();

  constructor(
    private readonly path: string | null,
    private readonly folds: Record<string, Restorable>,
    private readonly anchors: () => Anchor[],
    private readonly logger: Logger,
    private readonly restored: () => void = () => undefined,
  ) {}

  apply({ events, position }: StoredAppend): void {
    this.position = position;
    this.checkpoint = null;
    this.applied += events.length;
  }

  passed(checkpoint: string): void {
    this.checkpoint = checkpoint;
    this.applied += PASSED_COUNTS;
  }

  /** One that this start could not begin from is of a log that was lost: the next start would stop at it again. */
  caughtUp(): void {
    if (this.isOurs || this.path === null) return;
    this.isOurs = true;
    try {
      rmSync(this.path, { force: true });
    } catch (error) {
      this.logger.warn(`"${this.path}" is of no use, and cannot be removed: ${(error as Error).message}`);
    }
  }

  /** `known` is told of the groups in it. Throws {@link SnapshotUnusable}. */
  read(known: (heads: SavedGroups['heads']) => void): Snapshot | null {
    const { path } = this;
    return path === null ? null : this.using(() => this.readAt(path, known));
  }

  private readAt(path: string, known: (heads: SavedGroups['heads']) => void): Snapshot | null {
    const snapshot = readSnapshot(path);
    if (!snapshot) {
      if (existsSync(path))
        this.logger.warn(
          `"${path}" is damaged, or of another version, and left aside: all of the log is read`,
        );
      return null;
    }
    // What another server could not read, this one perhaps can: then the log is read again.
    const groups = snapshot.folds.groups as SavedGroups;
    if (groups.unreadable.length > 0 && snapshot.version !== readerOf(groups)) return null;
    known(groups.heads);
    return snapshot;
  }

  private using<T>(act: () => T): T {
    try {
      return act();
    } catch (error) {
      writeFileSync(this.path!, '', { mode: OWN_ONLY });
      throw new SnapshotUnusable(this.path!, error as Error);
    }
  }

  /** Brings the folds to where it was taken. It must be of this very log. Throws {@link SnapshotUnusable}. */
  restore(snapshot: Snapshot): void {
    this.isOurs = true;
    this.position = snapshot.position;
    this.checkpoint = snapshot.checkpoint;
    this.using(() => {
      for (const [name, fold] of Object.entries(this.folds)) fold.restore(snapshot.folds[name] as never);
    });
    this.restored();
    this.logger.info({ position: snapshot.position }, 'restored a snapshot');
  }

  /** Call now and then: saves when there is enough that a start from the last one would have to read. */
  tick(): void {
    if (this.applied >= SAVE_EVERY && !this.saving) void this.save().catch(this.told);
  }

  /** The last call: what is under way is finished first. */
  async stop(): Promise<void> {
    await this.hurried(async () => {
      while (this.saving) await this.saving.catch(this.told);
      if (this.applied >= SAVE_AT_STOP) await this.save().catch(this.told);
    });
  }

  /**
   * What is under way may hold what is to be gone, as may what a killed server was writing, which a start soon after leaves.
   * Rejects if a file that holds it is still there.
   */
  async rewrite(): Promise<void> {
    await this.hurried(async () => {
      await this.saving?.catch(this.told);
      if (this.path === null) return;
      sweepDrafts(this.path, Date.now());
      await this.save().catch((error: Error) => {
        if (existsSync(this.path!)) rmSync(this.path!); // a full disk lets that be
        this.told(error);
      });
    });
  }

  private async hurried(work: () => Promise<void>): Promise<void> {
    this.waiting++;
    this.hurry.abort();
    try {
      await work();
    } finally {
      if (--this.waiting === 0) this.hurry = new AbortController();
    }
  }

  private told = (error: Error): void =>
    this.logger.warn(`no snapshot could be written (the next start takes longer): ${error.message}`);

  /** Null: nothing is read yet, or nothing is kept. */
  save = async (): Promise<Taken | null> =>
    (this.saving ??= this.write().finally(() => (this.saving = null)));

  /**
   * Between two turns of the loop every fold stands at the same position, and gives what will not change any more: that
   * is what makes a snapshot consistent, however long its writing takes.
   */
  private async write(): Promise<Taken | null> {
    this.applied = 0;
    const { path, position, checkpoint } = this;
    if (!path || !position) return null;
    const folds = Object.fromEntries(Object.entries(this.folds).map(([name, fold]) => [name, fold.saved()]));
    const version = readerOf(folds.groups as SavedGroups);
    const anchors = this.anchors();
    const snapshot = { version, position, checkpoint, anchors, folds };
    await writeSnapshot(path, snapshot, rested(SHARE, this.hurry.signal));
    return { position, anchors };
  }
}
