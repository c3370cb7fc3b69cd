import {
  CHECKPOINT_SIGNED,
  CHECKPOINT_TYPE,
  CHECKPOINTS_STREAM,
  leafOf,
  rootInSlices,
  type CheckpointStatement,
  type Cosigned,
  type GroupMark,
  type PublicKey,
} from '@conclave/audit';
import { STORED_FORM, type Groups, type Id } from '@conclave/election';
import { isOwn, type Consumer, type EventStore, type StoredAppend } from '@conclave/event-store';
import { giveWay, isoOf, randomUuid, type Clock } from '@conclave/kernel';
import { replaceFile } from '../files/kept-file.js';
import { signed, type SigningKey } from '../keys/signing-key.js';
import type { Logger } from '../reporting/logger.js';
import { Witnesses } from '../witnessing/witnesses.js';

/** A minute with changes has a checkpoint. */
const EVERY_MS = 60_000;
/** Whoever comes first spares the others theirs. */
const APART_MS = 5_000;

/** `minor` of a checkpoint with co-signatures: who does not know them may say so (docs/formats.md). */
const COSIGNED_MINOR = 1;

export interface CheckpointOptions {
  store: Pick<EventStore, 'publish' | 'read' | 'staleMs'>;
  clock: Clock;
  instance: string;
  logger: Logger;
  /** Where the newest is kept beside the store; null: nowhere. */
  fileOf: (kind: 'checkpoint') => string | null;
  /** Where witnesses are. */
  witnesses?: readonly string[];
  /** Aborts when the server stops. */
  signal: AbortSignal;
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

/** With what witnesses say under it. */
export type CosignedCheckpoint = Signed & { witnesses: Cosigned[] };

/** Signs what the whole log was: whoever keeps one line of it can prove later that the log goes on from there. */
export class Checkpoints implements Consumer {
  /** Events that the newest one in the log is of, how many have co-signed it, and when the next is due. */
  private signed = 0;
  private cosigners = 0;
  private dueMs: number | null = null;
  private isUnderWay = false;
  /** Of each group as it was when it was last signed: most are as they were. */
  private readonly leaves = new Map<Id, { head: string; leaf: Buffer }>();
  readonly witnesses: Witnesses;
  /** The one that witnesses are asked about, and the one after it: whoever comes meanwhile shares that. */
  private asking: Promise<unknown> = Promise.resolve();
  private next: Promise<CosignedCheckpoint> | null = null;

  constructor(
    private readonly options: CheckpointOptions,
    private readonly groups: Groups,
    private readonly key: () => SigningKey,
  ) {
    this.witnesses = new Witnesses(options.witnesses ?? [], options);
  }

  apply({ stream, events }: StoredAppend): void {
    if (stream !== CHECKPOINTS_STREAM) return;
    for (const { data, meta } of events) {
      if (!isOwn({ meta })) continue;
      const { events: count, witnesses } = data as { events?: number; witnesses?: Cosigned[] };
      if (typeof count !== 'number' || count < this.signed) continue;
      const cosigners = Array.isArray(witnesses) ? witnesses.length : 0;
      this.cosigners = count > this.signed ? cosigners : Math.max(this.cosigners, cosigners);
      this.signed = count;
    }
    this.dueMs = null;
  }

  /** Call a few times a second, while this server may decide. */
  tick(nowMs: number): void {
    if (this.isUnderWay) return;
    if (this.dueMs === null) this.dueMs = nowMs + EVERY_MS + Math.random() * APART_MS;
    if (nowMs < this.dueMs) return;
    this.dueMs = null;
    const events = this.extent();
    if (this.signed > events) [this.signed, this.cosigners] = [0, 0]; // of more than there is: it is not true
    const isRecorded = events <= this.signed && this.cosigners >= this.witnesses.size;
    if (isRecorded && !this.witnesses.wantToSee(events, nowMs)) return;
    this.isUnderWay = true;
    void this.record()
      .catch((error: Error) => this.options.logger.warn(`no checkpoint could be written: ${error.message}`))
      .finally(() => (this.isUnderWay = false));
  }

  private async record(): Promise<void> {
    const { statement, checkpoint, witnesses } = await this.witnessed();
    const { store, fileOf, signal } = this.options;
    const path = fileOf('checkpoint');
    const { events, groups, root, at } = statement;
    const isNews = events > this.signed || witnesses.length > this.cosigners;
    if (!isNews || signal.aborted) return; // another server has recorded as much meanwhile
    const isCosigned = witnesses.length > 0;
    await store.publish(CHECKPOINTS_STREAM, {
      id: randomUuid(),
      type: CHECKPOINT_SIGNED,
      data: { checkpoint, events, groups, root, ...(isCosigned && { witnesses }) },
      meta: { v: STORED_FORM, at, ...(isCosigned && { minor: COSIGNED_MINOR }) },
    });
    if (path !== null) replaceFile(path, `${checkpoint}\n`);
  }

  /**
   * Signed from now on, and shown to the witnesses: with what they have co-signed within ten seconds. Rejects as
   * {@link sign} does.
   */
  witnessed(): Promise<CosignedCheckpoint> {
    this.next ??= this.asking.then(async () => {
      this.next = null;
      const made = await this.sign();
      return { ...made, witnesses: await this.witnesses.ask(made) };
    });
    this.asking = this.next.catch(() => undefined);
    return this.next;
  }

  /**
   * Resolves when every witness has seen the log as it is now: what it has not seen cannot be taken out of the log, or it would
   * say that it was dropped. Rejects if one does not answer, or refuses.
   */
  async seenByAll(): Promise<void> {
    if (this.witnesses.size === 0) return;
    await this.witnessed();
    const [one] = this.witnesses.behind;
    if (one)
      throw new Error(`witness ${one.url} has not co-signed it yet (${one.why ?? 'it is being told'})`);
  }

  /** Of the log as this server has read it. Rejects while a group cannot be read: it could not be vouched for. */
  async sign(): Promise<Signed> {
    const { clock, instance } = this.options;
    const [unreadable] = this.groups.givenUp.keys();
    if (unreadable !== undefined) throw new Error(`group "${unreadable}" cannot be read`);
    const marks: GroupMark[] = [];
    const leaves: Buffer[] = [];
    for await (const { state, hash: head } of this.groups.ofNow(giveWay)) {
      const mark = { group: state.id, version: state.version, head };
      marks.push(mark);
      leaves.push(this.leafOf(mark));
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

  private leafOf(mark: GroupMark): Buffer {
    const { group, head } = mark;
    const known = this.leaves.get(group);
    if (known?.head === head) return known.leaf;
    const leaf = leafOf(mark);
    this.leaves.set(group, { head, leaf });
    return leaf;
  }
}
