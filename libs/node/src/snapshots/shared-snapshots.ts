import { createReadStream, openSync } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import type { Position, Shelf, Shelved } from '@conclave/event-store';
import { isoOf } from '@conclave/kernel';
import { SharedStart, type SharedSnapshotsParts } from './shared-start.js';
import { FORMAT, type Snapshot } from './snapshot.js';
import { aboutOf, type About } from './take-shared.js';

const [LOOK_EVERY_MS, LOOK_AT_LEAST_MS] = [60_000, 3_600_000];
/** Whoever is upgraded next may need the first one of a new form. */
const FIRST_MS = 5_000;
/** Names of people are in it which the log keeps for a week only. */
const OLDEST_MS = 86_400_000;

/**
 * Snapshots in a store that several servers share: one that starts with an empty disk, as a new pod does, need not read the
 * whole log. Nothing that counts in one is of the server that took it, and whoever knows anything of a log takes none (ADR 020).
 */
export class SharedSnapshots {
  private readonly path: string | null;
  private readonly shelf: Shelf | null;
  private running: Promise<unknown> | null = null;
  private dueMs: number | null = null;
  private waitMs = LOOK_EVERY_MS;
  private told = '';
  private readonly start: SharedStart;

  constructor(private readonly p: SharedSnapshotsParts) {
    this.path = p.fileOf('snapshot');
    this.shelf = p.store.shelf?.('snapshot') ?? null;
    this.start = new SharedStart(p, this.path, this.shelf);
  }

  /** See {@link SharedStart}. */
  begin = async (): Promise<Snapshot | null> => this.start.begin();

  /** Call now and then, with a steady clock: looks once in a while whether the one in the store has become old. */
  tick(nowMs: number): void {
    this.dueMs ??= nowMs + FIRST_MS;
    const { shelf, path } = this;
    if (!shelf || path === null || this.running || nowMs < this.dueMs) return;
    this.running = this.putIfDue(shelf, path)
      .then(
        () => (this.waitMs = LOOK_EVERY_MS),
        (error: Error) => this.complain(error),
      )
      .finally(() => (this.running = null));
    this.dueMs = nowMs + this.waitMs;
  }

  private async putIfDue(shelf: Shelf, path: string): Promise<void> {
    const { position } = this.p.snapshots;
    if (position === null || !(await shelf.isDue(position, this.isOverdue))) return;
    if (await this.put(shelf, path)) this.start.useless = null;
  }

  private isOverdue = (last: Shelved): boolean => {
    if (last.position === this.start.useless) return true;
    const about = aboutOf(last);
    return !!about && (about.format < FORMAT || this.p.clock.wallMs() - Date.parse(about.at) > OLDEST_MS);
  };

  /** What fails once does so again, and costs a whole snapshot each time. */
  private complain({ message }: Error): void {
    this.waitMs = Math.min(2 * this.waitMs, LOOK_AT_LEAST_MS);
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
    // opened in the same turn of the loop: it is the one that was saved
    const [file, bytes] = [createReadStream(path, { fd: openSync(path, 'r') }), createGzip()];
    pipeline(file, bytes, { signal }).catch(() => undefined); // whoever takes the bytes is told
    try {
      const isPut = await shelf.put({ position, about }, bytes);
      if (isPut) logger.debug({ position }, 'put a snapshot into the store');
      return isPut;
    } finally {
      for (const stream of [file, bytes]) stream.destroy(); // perhaps they were not wanted
    }
  }

  /** What people are forgotten in goes from there, too: whatever was taken before what says so. Rejects as the store does. */
  drop = async (sealed: Position): Promise<void> => this.shelf?.drop(sealed);

  /** Resolves when nothing is under way; at a stop that is soon. */
  async idle(): Promise<void> {
    await this.running;
  }
}
