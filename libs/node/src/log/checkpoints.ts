import {
  CHECKPOINT_SIGNED,
  CHECKPOINT_TYPE,
  CHECKPOINTS_STREAM,
  inOrder,
  leafOf,
  rootInSlices,
  type CheckpointStatement,
  type GroupMark,
  type PublicKey,
} from '@conclave/audit';
import { STORED_FORM, type Groups } from '@conclave/election';
import type { Consumer, EventStore, StoredAppend } from '@conclave/event-store';
import { giveWay, isoOf, randomUuid, type Clock } from '@conclave/kernel';
import { replaceFile } from '../files/kept-file.js';
import { signed, type SigningKey } from '../keys/signing-key.js';
import type { Logger } from '../reporting/logger.js';

/** A minute with changes has a checkpoint. */
const EVERY_MS = 60_000;
/** Whoever comes first spares the others theirs. */
const APART_MS = 5_000;

export interface CheckpointOptions {
  store: Pick<EventStore, 'publish'>;
  clock: Clock;
  instance: string;
  logger: Logger;
  /** Where the newest is kept beside the store; null: nowhere. */
  fileOf: (kind: 'checkpoint') => string | null;
}
export interface Signed {
  statement: CheckpointStatement;
  /** A compact JWS: one line, which says it all. */
  checkpoint: string;
  /** What it is of, in the order of its leaves. */
  marks: readonly GroupMark[];
  leaves: readonly Buffer[];
  key: PublicKey;
}

/** Signs what the whole log was: whoever keeps one line of it can prove later that the log goes on from there. */
export class Checkpoints implements Consumer {
  /** Events that the newest one in the log is of, and when it came. */
  private signed = 0;
  private dueMs: number | null = null;
  private isUnderWay = false;

  constructor(
    private readonly options: CheckpointOptions,
    private readonly groups: Groups,
    private readonly key: () => SigningKey,
  ) {}

  apply({ stream, events }: StoredAppend): void {
    if (stream !== CHECKPOINTS_STREAM) return;
    for (const { data } of events) {
      const { events: count } = data as Partial<CheckpointStatement>;
      if (typeof count === 'number') this.signed = Math.max(this.signed, count);
    }
    this.dueMs = null;
  }

  /** Call a few times a second, while this server may decide. */
  tick(nowMs: number): void {
    if (this.isUnderWay) return;
    if (this.dueMs === null) this.dueMs = nowMs + EVERY_MS + Math.random() * APART_MS;
    if (nowMs < this.dueMs) return;
    this.dueMs = null;
    if (this.extent() <= this.signed) return;
    this.isUnderWay = true;
    void this.record()
      .catch((error: Error) => this.options.logger.warn(`no checkpoint could be written: ${error.message}`))
      .finally(() => (this.isUnderWay = false));
  }

  private async record(): Promise<void> {
    const { statement, checkpoint } = await this.sign();
    const { store, fileOf } = this.options;
    const path = fileOf('checkpoint');
    const { events, groups, root, at } = statement;
    await store.publish(CHECKPOINTS_STREAM, {
      id: randomUuid(),
      type: CHECKPOINT_SIGNED,
      data: { checkpoint, events, groups, root },
      meta: { v: STORED_FORM, at },
    });
    if (path !== null) replaceFile(path, `${checkpoint}\n`);
  }

  /** Of the log as this server has read it. Rejects while a group cannot be read: it could not be vouched for. */
  async sign(): Promise<Signed> {
    const { clock, instance } = this.options;
    const [unreadable] = this.groups.givenUp.keys();
    if (unreadable !== undefined) throw new Error(`group "${unreadable}" cannot be read`);
    const marks = this.marks(); // all at one place of the log
    const leaves: Buffer[] = [];
    for (const mark of marks) {
      leaves.push(leafOf(mark));
      await giveWay();
    }
    const statement: CheckpointStatement = {
      checkpoint: 1,
      at: isoOf(clock.wallMs()),
      events: marks.reduce((n, { version }) => n + version, 0),
      groups: marks.length,
      root: (await rootInSlices(leaves, giveWay)).toString('hex'),
      instance,
    };
    const key = this.key(); // another one may sign when this has been signed
    const checkpoint = await signed(key, CHECKPOINT_TYPE, statement);
    return { statement, checkpoint, marks, leaves, key: key.publicKey };
  }

  /** Events of groups that this server has read. */
  private extent(): number {
    let events = 0;
    for (const { state } of this.groups.all()) events += state.version;
    return events;
  }

  /** For a snapshot. */
  saved(): number {
    return this.signed;
  }
  restore(signed: number): void {
    this.signed = signed;
  }

  /** Every group as it is now. */
  private marks(): GroupMark[] {
    return inOrder(
      [...this.groups.all()].map(({ state, hash }) => ({
        group: state.id,
        version: state.version,
        head: hash,
      })),
    );
  }
}
