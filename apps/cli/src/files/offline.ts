import { statSync } from 'node:fs';
import {
  appendInWords,
  Audits,
  AuditRefused,
  HistoryIndex,
  LogVerifier,
  type AuditSource,
  type Verification,
} from '@conclave/audit';
import {
  addToTenures,
  appendsOf,
  initialState,
  newHead,
  positionOf,
  readEvent,
  streamOf,
  type GroupHead,
  type GroupState,
  type Id,
  type Iso,
  type RecordedEvent,
  type Tenure,
} from '@conclave/election';
import { GENESIS_HASH, type EventStore, type StoredEvent } from '@conclave/event-store';
import { isoOf } from '@conclave/kernel';
import { CliError } from '../remote/cli-error.js';
import type { Told } from './audits.js';
import { evidenceEvents, evidenceHeader, signatureOf } from './evidence-file.js';
import { eventsOf } from './log-file.js';
import type { Progress } from '../terminal/progress.js';
import { storeAt } from './store-at.js';
import { wholeLog } from './whole-log.js';

/** What is wrong with none of the groups, but around them. */
const LOG = '(log)';

/**
 * Histories in a file or a store, with no server running. A group that is asked for is read once and indexed.
 */
export class OfflineHistories implements AuditSource {
  readonly history = new HistoryIndex(
    (group, from) => this.events(group, from),
    (group) => this.heads.get(group),
  );
  readonly audits = new Audits(this);
  private readonly heads = new Map<Id, GroupHead>();
  private readonly tenures = new Map<Id, Tenure[]>();

  private constructor(
    private readonly name: string,
    /** Every event, in the one order of the log. */
    readonly all: () => AsyncIterable<StoredEvent>,
    private readonly store: EventStore | null,
    /** It knows nothing of what was later; null: it knows all. */
    private readonly until: string | null,
  ) {}

  /** An export of a log, or evidence: refused if it is not what was signed, unless it is to be verified. */
  static async ofFile(file: string, isToBeVerified: boolean): Promise<OfflineHistories> {
    if (!statSync(file, { throwIfNoEntry: false })?.isFile())
      throw new CliError(3, `there is no file "${file}".`);
    const header = await evidenceHeader(file);
    if (!header) return new OfflineHistories(`"${file}"`, () => eventsOf(file), null, null);
    const problem = isToBeVerified ? null : (await signatureOf(file, null)).problem;
    if (problem !== null)
      throw new CliError(
        3,
        `"${file}" is not what was signed (${problem}). "conclave verify --file" says more.`,
      );
    return new OfflineHistories(`"${file}"`, () => evidenceEvents(file), null, header.window.until);
  }

  /** A database file whose server is stopped, or EventStoreDB. */
  static async ofStore(name: string): Promise<OfflineHistories> {
    const store = await storeAt(name, true);
    return new OfflineHistories(store.name, () => wholeLog(store), store, null);
  }

  async close(): Promise<void> {
    await this.store?.close();
  }

  async stateOf(group: Id): Promise<GroupState> {
    if (!this.heads.has(group)) await this.read(group);
    const head = this.heads.get(group);
    if (head) return head.state;
    throw new AuditRefused('group-unknown', `${this.name} has no group "${group}".`);
  }

  private async read(group: Id): Promise<void> {
    const tenures: Tenure[] = [];
    for await (const append of appendsOf(this.events(group, 1), initialState(group))) {
      this.history.changed(append);
      addToTenures(tenures, append);
      this.heads.set(group, { ...newHead(group), state: append.after, position: positionOf(append) });
    }
    this.tenures.set(group, tenures);
  }

  private async *events(group: Id, from: number): AsyncGenerator<RecordedEvent> {
    const stream = streamOf(group);
    for await (const stored of this.store ? this.store.read(stream, from) : this.all()) {
      if (stored.stream === stream && stored.version >= from) yield readEvent(group, stored);
    }
  }

  async between(group: Id, after: number, to: number): Promise<Told[]> {
    const told: Told[] = [];
    for await (const append of appendsOf(this.events(group, 1), initialState(group))) {
      const words = appendInWords(append);
      for (const [n, { version, meta }] of append.events.entries())
        if (version > after && version <= to) told.push({ version, at: meta.at, words: words[n]! });
    }
    return told;
  }

  async tenuresOf(group: Id): Promise<readonly Tenure[]> {
    return this.tenures.get(group) ?? [];
  }
  /**
   * Nothing has happened since in a file, or in a store whose server is stopped; evidence has an end of its
   * own.
   */
  knownTo(): Iso {
    return this.until ?? isoOf(Date.now());
  }
  endOf(state: GroupState): Iso {
    return this.until ?? state.lastAt!;
  }
  paced<T>(items: AsyncIterable<T>): AsyncIterable<T> {
    return items;
  }
  breathe = (): void => undefined;

  async *verify(group: Id | null, progress: Progress): AsyncGenerator<{ group: Id } & Verification> {
    const verifier = new LogVerifier(group);
    let count = 0;
    for await (const stored of this.all()) {
      verifier.take(stored);
      if (++count % 1_000 === 0) progress(count);
    }
    const { log, groups } = verifier.finish();
    if (group !== null && groups.length === 0)
      throw new AuditRefused('group-unknown', `${this.name} has no group "${group}".`);
    for (const { state: _state, ...found } of groups) yield found;
    if (log.length > 0) yield { group: LOG, ok: false, events: 0, violations: log, head: GENESIS_HASH };
  }
}
