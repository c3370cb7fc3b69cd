import {
  Audits,
  AuditRefused,
  checkOpen,
  HistoryIndex,
  isSealedFrom,
  LogVerifier,
  toldIn,
  typesOf,
  type AuditSource,
  type Verification,
} from '@conclave/audit';
import {
  addToTenures,
  appendsOf,
  groupOf,
  initialState,
  newHead,
  positionOf,
  readEvent,
  stateOf,
  streamOf,
  type Append,
  type GroupHead,
  type GroupState,
  type Id,
  type Iso,
  type RecordedEvent,
  type SealedHistory,
  type SealedMark,
  type Tenure,
} from '@conclave/election';
import { GENESIS_HASH, type StoredEvent } from '@conclave/event-store';
import { isoOf } from '@conclave/kernel';
import type { HistoryPart, HistoryTold } from './audits.js';
import { CliError } from '../remote/cli-error.js';
import { Archives } from './archives.js';
import { logInFile, logInStore, type Log } from './logs.js';
import { allSeals, pastIn, sealsIn } from './seals-in.js';
import type { Progress } from '../terminal/progress.js';
import { LOG } from '../terminal/verification-table.js';

/** Histories in a file or a store, without a server. A group that is asked for is read once and indexed. */
export class OfflineHistories implements AuditSource {
  readonly history = new HistoryIndex(
    (group, from) => this.events(group, from),
    (group) => this.heads.get(group),
    {
      to: (group) => this.pasts.get(group)?.upTo ?? 0,
      pastOf: async (group) => this.pasts.get(group) ?? null,
    },
  );
  readonly audits = new Audits(this);
  private readonly heads = new Map<Id, GroupHead>();
  private readonly tenures = new Map<Id, Tenure[]>();
  private readonly pasts = new Map<Id, SealedHistory | null>();

  private constructor(
    private readonly log: Log,
    private readonly archives: Archives,
  ) {}

  /** See {@link logInFile}. `more`: what people know it by, if not by the name of the file. */
  static async ofFile(
    file: string,
    isToBeVerified: boolean,
    archives = Archives.none,
    more: Partial<Pick<Log, 'name' | 'only'>> = {},
  ): Promise<OfflineHistories> {
    return new OfflineHistories({ ...(await logInFile(file, isToBeVerified)), ...more }, archives);
  }

  /** A database file whose server is stopped, or EventStoreDB. */
  static async ofStore(name: string, archives = Archives.none): Promise<OfflineHistories> {
    return new OfflineHistories(await logInStore(name), archives);
  }

  async close(): Promise<void> {
    await this.log.store?.close();
  }

  /** What the log holds itself. */
  all(): AsyncIterable<StoredEvent> {
    return this.log.all();
  }

  async stateOf(group: Id): Promise<GroupState> {
    if (!this.heads.has(group)) await this.read(group);
    const head = this.heads.get(group);
    if (head) return head.state;
    throw this.unknown(group);
  }
  private unknown(group: Id): Error {
    const { name, only } = this.log;
    if (only === undefined) return new AuditRefused('group-unknown', `${name} has no group "${group}".`);
    return new CliError(2, `"${this.archives.filesOf(only)[0]}" is of group "${only}", not of "${group}".`);
  }

  private async read(group: Id): Promise<void> {
    const past = await this.begin(group);
    const tenures: Tenure[] = past?.tenure ? [past.tenure] : [];
    for await (const append of this.appends(group, past)) {
      this.history.changed(append);
      addToTenures(tenures, append);
      this.heads.set(group, { ...newHead(group), state: append.after, position: positionOf(append) });
    }
    this.tenures.set(group, tenures);
  }

  private appends(group: Id, past: SealedHistory | null): AsyncGenerator<Append> {
    const start = past ? stateOf(past.state) : initialState(group);
    return appendsOf(this.events(group, start.version + 1), start);
  }

  /** What stands before the first event that is known here; the archives must fit. */
  private async begin(group: Id): Promise<SealedHistory | null> {
    const known = this.pasts.get(group);
    if (known !== undefined) return known;
    const stored = this.log.store?.read(streamOf(group)) ?? this.all();
    const found = await sealsIn(stored, group, this.log.sealed);
    this.archives.check(group, found, this.log.name);
    const past = pastIn(found, this.archives, group);
    this.pasts.set(group, past);
    return past;
  }

  /** Of the archives, then of the log. */
  private async *events(group: Id, from: number): AsyncGenerator<RecordedEvent> {
    const stream = streamOf(group);
    const archived = this.archives.upTo(group);
    if (from <= archived)
      for await (const stored of this.archives.events(group))
        if (stored.version >= from) yield readEvent(group, stored);
    const rest = Math.max(from, archived + 1);
    for await (const stored of this.log.store ? this.log.store.read(stream, rest) : this.all())
      if (stored.stream === stream && stored.version >= rest) yield readEvent(group, stored);
  }

  async told(group: Id, { type, from = 1, ...part }: HistoryPart): Promise<HistoryTold> {
    const types = typesOf(type);
    const past = await this.begin(group);
    const sealed = this.sealedOf({ id: group });
    checkOpen(group, sealed, isSealedFrom({ ...part, from }));
    const appends = this.known(group, this.appends(group, past));
    return { sealed, events: toldIn(appends, { ...part, from, to: part.to ?? Infinity, types }) };
  }

  /** Rejects at its end if the group is not there. */
  private async *known(group: Id, appends: AsyncIterable<Append>): AsyncGenerator<Append> {
    let isThere = false;
    for await (const append of appends) {
      isThere = true;
      yield append;
    }
    if (!isThere) throw this.unknown(group);
  }

  async tenuresOf(group: Id): Promise<readonly Tenure[]> {
    return this.tenures.get(group) ?? [];
  }
  sealedOf({ id }: Pick<GroupState, 'id'>): SealedMark | null {
    const past = this.pasts.get(id);
    if (!past) return null;
    const { upTo, digest, state } = past;
    return { upTo, until: state.lastAt, term: state.term, digest, at: 0 };
  }
  /**
   * Nothing has happened since in a file, or in a store whose server is stopped; evidence has an end of its
   * own.
   */
  knownTo({ lastAt }: GroupState): Iso {
    const now = isoOf(Date.now());
    return this.log.until ?? (lastAt! > now ? lastAt! : now); // the log may be ahead of this clock
  }
  endOf(state: GroupState): Iso {
    return this.log.until ?? state.lastAt!;
  }
  paced<T>(items: AsyncIterable<T>): AsyncIterable<T> {
    return items;
  }
  breathe = (): void => undefined;

  async *verify(group: Id | null, progress: Progress): AsyncGenerator<{ group: Id } & Verification> {
    const verifier = new LogVerifier(group, await allSeals(this.log, this.archives));
    let count = 0;
    for await (const stored of this.archives.events(group)) verifier.takeSealed(stored);
    for await (const stored of this.all()) {
      const of = groupOf(stored.stream);
      if (of === null || stored.version > this.archives.upTo(of)) verifier.take(stored);
      if (++count % 1_000 === 0) progress(count);
    }
    const { log, groups } = verifier.finish();
    if (group !== null && groups.length === 0) throw this.unknown(group);
    for (const { state: _state, ...found } of groups) yield found;
    if (log.length > 0) yield { group: LOG, ok: false, events: 0, violations: log, head: GENESIS_HASH };
  }
}
