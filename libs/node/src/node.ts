import { Deadlines, eventsOf, type GroupRepository, type GroupTime } from '@conclave/coordination';
import { HistoryIndex } from '@conclave/audit';
import {
  GroupLog,
  isLasting,
  type GroupHead,
  type GroupListener,
  type Groups,
  type Id,
  type RecordedEvent,
} from '@conclave/election';
import { Tail, type EventStore } from '@conclave/event-store';
import { isoOf, type Clock } from '@conclave/kernel';
import { Presence } from '@conclave/presence';
import type { WatchFeed } from '@conclave/views';
import { Certificates } from './keys/certificates.js';
import { Defects } from './reporting/defects.js';
import { Clocks } from './clocks/clocks.js';
import { Proof } from './proof.js';
import { Health } from './health.js';
import type { NodeOptions } from './node-options.js';
import { LogRecords } from './log-records.js';
import { KnownLog } from './log/known-log.js';
import { LogReview } from './review/review.js';
import { paced, rested } from './pace/slices.js';
import { unlessSilent } from './pace/unless-silent.js';
import { watchFeedOf } from './watching/watch-feed-of.js';
import { FormOfLog } from './keys/form-of-log.js';
import { PublishedKeys } from './keys/published-keys.js';
import { signingKey, type SigningKey } from './keys/signing-key.js';
import { SharedSnapshots } from './snapshots/shared-snapshots.js';
import { Snapshots } from './snapshots/snapshots.js';
import { TenureHistory } from './seals/tenure-history.js';
import { Seals } from './seals/seals.js';
import { reportOf } from './tail-report.js';
import { Witness } from './review/witness.js';
import { writeSideOf } from './write-side.js';

/** After so long what this server remembers is not worth keeping (L6). */
const DEAF_MOST_MS = 3_600_000;
const FROZEN_MS = 3_000; // a process that stood still for so long may wake to another log

/**
 * A whole server without HTTP, put together in one place. The log flows one way: store → tail → groups →
 * presence and views; commands go back to the repository. Whoever runs it calls `tick`.
 */
export class Node {
  readonly store: EventStore;
  readonly clock: Clock;
  readonly groups: Groups;
  readonly repository: GroupRepository;
  readonly time: GroupTime; // of each group (ADR 012)
  readonly clocks: Clocks;
  readonly records: LogRecords;
  readonly presence: Presence;
  readonly tenures: TenureHistory;
  readonly history: HistoryIndex; // where in the log each instant is; not in snapshots, see `warm`
  readonly keys: PublishedKeys;
  readonly certificates = new Certificates(() => this.signingKey);
  signingKey!: SigningKey; // from `start` on
  private readonly stopper = new AbortController();
  readonly stopping = this.stopper.signal;
  private readonly log: GroupLog;
  readonly watchFeed: WatchFeed;
  readonly tail: Tail;
  readonly health: Health;
  readonly defects: Defects;
  readonly storeErrors = new Map<string, number>(); // what the store refused to those who asked, by code
  readonly known: KnownLog;
  readonly review: LogReview;
  readonly witness: Witness;
  readonly proof = new Proof(this);
  readonly seals: Seals;
  private readonly deadlines: Deadlines;
  /** What this server remembers is worth nothing (L6, docs/restore.md); who runs it starts another, also if it was before. */
  onWorthless = (why: string): void => void (this.worthless = why);
  worthless?: string;
  private readonly snapshots: Snapshots;
  private readonly shared: SharedSnapshots;
  private tickedMs: number;
  constructor(readonly options: NodeOptions) {
    const { store, clock, logger, instance, maxDrift, fileOf, acceptLog: acceptDigest } = options;
    const log = (this.log = new GroupLog(store, (message) => logger.error(message)));
    const problem = (message: string) => logger.warn(message);
    const { groups } = log;
    this.defects = new Defects(logger);
    const { time, answers, repository, send } = writeSideOf(options, log);
    [this.store, this.clock, this.groups] = [store, clock, groups];
    [this.time, this.repository] = [time, repository];
    const ofServer = { store, groups, send, clock, time, instance, maxDrift, problem };
    this.presence = new Presence({
      ...ofServer,
      defect: (error) => this.defects.record('presence', error),
      reached: (position, timeoutMs) => this.tail.reached(position, timeoutMs),
      headOf: async (group) => repository.extentOf(group),
      ofNow: async () => this.proof.ofNow(),
    });
    const report = { problem, defect: (message: string) => logger.error(`defect: ${message}`) };
    this.deadlines = new Deadlines(groups, send, clock, time, report);
    const seen = async () => this.records.checkpoints.seenByAll();
    const rewrite = async (at: string) => this.shared.drop(at).then(async () => this.snapshots.rewrite());
    const seals = (this.seals = new Seals(store, log, problem, { seen, rewrite }));
    this.history = new HistoryIndex(this.events, this.head, seals);
    this.tenures = new TenureHistory(this.history, seals);
    const signal = this.stopping;
    this.watchFeed = watchFeedOf(this, signal, () => this.tail.position);
    const records = (this.records = new LogRecords({ ...options, signal }, this));
    const views = [seals, this.history, this.tenures.recent, this.watchFeed];
    for (const listener of [this.presence, this.certificates, ...views, ...records.listeners])
      log.listen(listener);
    const keys = (this.keys = new PublishedKeys(store, clock, problem, this));
    const { tenures, presence, deadlines, certificates } = this;
    const clocks = (this.clocks = new Clocks({ store, clock, instance, writer: presence.writer, logger }));
    const folds = { keys, clocks, answers, groups, presence, tenures: tenures.recent, ...records.folds };
    const anchors = () => this.tail.anchors;
    const restored = () => {
      deadlines.restored();
      for (const { state } of groups.all()) time.read(state);
    };
    const snapshots = (this.snapshots = new Snapshots(fileOf('snapshot'), folds, anchors, logger, restored));
    const live = { anchors, keys: () => keys.toRemember, told: () => records.disputes.told };
    const known = (this.known = new KnownLog(fileOf('known'), groups, live, problem));
    const written = [answers, keys, clocks, ...records.consumers];
    const consumers = [new FormOfLog(store), seals, log, known, presence, deadlines, ...written, snapshots];
    this.tail = new Tail(store, consumers, reportOf(this, logger), isLasting, () => this.review.mayGoLive());
    const onLost = (why: string) => this.onWorthless(why);
    const shared = { known, groups, keys, repository, clock, store, onLost, tail: () => this.tail };
    this.review = new LogReview({ ...shared, records, clocks, maxDrift, isLasting, acceptDigest, logger });
    this.shared = new SharedSnapshots({ ...options, ...shared, signal, snapshots, review: this.review });
    this.witness = new Witness({ ...shared, certificates, review: this.review });
    this.health = new Health(this.tail, presence, known, clocks, this.review, (words) => logger.info(words));
    this.tickedMs = clock.monotonicMs();
  }

  listen = (listener: GroupListener): void => this.log.listen(listener); // one more; before `start`

  /** The recorded events of a group from a version on, as they stand in the store. */
  events = (group: Id, from: number): AsyncGenerator<RecordedEvent> => eventsOf(this.store, group, from);

  /** Indexes, in the background, what a snapshot spared, once all is read. Rejects when this server stops. */
  async warm(): Promise<void> {
    await this.tail.until(() => this.tail.isCaughtUp, 2 ** 31 - 1); // the store may be away yet
    const ids = [...this.groups.all()].filter(({ state }) => !state.deleted).map(({ state }) => state.id);
    await this.history.warm(paced(ids, this.stopping), rested(1 / 2));
  }

  /** Begins where the last snapshot ended, if there is one of this very log; else at the start of the log. */
  async start(): Promise<void> {
    this.signingKey = await signingKey(this.options.fileOf('key'), this.options.logger);
    const snapshot = await this.review.snapshotOf(this.snapshots);
    this.keys.setOwn(this.signingKey.publicKey);
    await this.clocks.ask();
    this.health.hasBegun = true;
    this.tail.start(snapshot, this.review.isChecked, async () => this.shared.begin());
  }

  /** Call every TICK_MS, from `start` to `drain`. */
  tick(): void {
    const { defects, health, tail, known, clock } = this;
    const nowMs = clock.monotonicMs();
    this.clocks.tick();
    if (tail.isCaughtUp && nowMs - this.tickedMs > FROZEN_MS) tail.suspect();
    this.tickedMs = nowMs;
    if (tail.isHeld || !this.review.told.areSettled) defects.guard('known-log', () => this.review.tick());
    defects.guard('known-log', () => known.tick(nowMs));
    defects.guard('presence', () => this.presence.tick());
    if (this.presence.deafForMs() > DEAF_MOST_MS && !health.isDraining)
      return this.onWorthless('deaf for an hour');
    defects.guard('health', () => health.tick(nowMs));
    if (!health.mayDecide) return;
    defects.guard('deadlines', () => this.deadlines.tick());
    defects.guard('seals', () => this.seals.tick(nowMs));
    defects.guard('records', () => [this.records, this.keys].forEach((one) => one.tick(nowMs)));
    defects.guard('snapshot', () => [this.snapshots, this.shared].forEach((one) => one.tick(nowMs)));
  }

  /** First step of a stop: streams end (sessions with `bye`), nobody is reported lost (L10). `connectMs`: what a new one costs. */
  drain(connectMs = 0.5): void {
    this.health.isDraining = true;
    this.stopper.abort();
    this.presence.stop(connectMs);
    this.watchFeed.stop();
    this.tail.release();
  }

  /** Last step, when no request runs any more. */
  async stop(): Promise<void> {
    await unlessSilent(this.store, this.deadlines.idle());
    await unlessSilent(this.store, this.tail.stop());
    if (!this.tail.failure && this.health.hasBegun)
      this.defects.guard('known-log', () => this.known.tick(this.clock.monotonicMs(), true));
    await unlessSilent(this.store, this.shared.idle());
    if (this.tail.isCaughtUp && !this.tail.failure) await this.snapshots.stop();
    await unlessSilent(this.store, this.store.close());
    this.options.logger.info('stopped');
  }

  head = (group: Id): GroupHead | undefined => this.groups.head(group);
  now = (): string => isoOf(this.clock.wallMs());
}
