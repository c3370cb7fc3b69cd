import { CommandBus } from '@nestjs/cqrs';
import { Commander, Deadlines, GroupRepository } from '@conclave/coordination';
import { GroupLog, PRESENCE_STREAM, type GroupHead, type GroupListener, type Groups, type Id } from '@conclave/election';
import { Tail, type Consumer, type EventStore, type StoredEvent } from '@conclave/event-store';
import { isoOf, type Clock } from '@conclave/kernel';
import { Presence } from '@conclave/presence';
import { Tenures, WatchFeed } from '@conclave/views';
import type { Config } from './config.js';
import type { Logger } from './logger.js';
import { readSnapshot, snapshotPath, writeSnapshot } from './snapshot.js';

const TICK_MS = 50;
/** After so long what this server remembers is not worth keeping (§5.6). */
const DEAF_MOST_MS = 3_600_000;
const SNAPSHOT_EVERY = 50_000;
const SNAPSHOT_AT_STOP = 1_000;

/**
 * Everything behind the HTTP edge, put together in one place. The log flows one way: store → tail → groups → presence
 * and views; commands go back through Nest's bus to the repository.
 */
export class Engine {
  readonly groups: Groups;
  readonly repository: GroupRepository;
  readonly presence: Presence;
  readonly tenures = new Tenures();
  private readonly log = new GroupLog();
  readonly watchFeed: WatchFeed;
  readonly tail: Tail;
  private readonly deadlines: Deadlines;
  /** Called when what this server remembers is worth nothing (§5.6, §9); who runs it closes it and starts another. */
  onWorthless: (why: string) => void = () => undefined;
  isDraining = false;
  /** The last event that every fold has taken, and how many since the last snapshot. */
  private anchor: StoredEvent | null = null;
  private applied = 0;
  private readonly snapshots: string | null;
  private timer: NodeJS.Timeout | null = null;

  constructor(
    readonly config: Config,
    readonly store: EventStore,
    readonly clock: Clock,
    bus: CommandBus,
    private readonly logger: Logger,
  ) {
    this.snapshots = snapshotPath(config);
    const { log } = this;
    const { instance, maxDrift } = config;
    const problem = (message: string) => logger.warn(message);
    const commander = new Commander(bus);
    this.groups = log.groups;
    this.repository = new GroupRepository(store, this.groups, clock, instance);
    this.presence = new Presence({
      store,
      groups: this.groups,
      commander,
      clock,
      instance,
      maxDrift,
      problem,
      reached: (position, timeoutMs) => this.tail.reached(position, timeoutMs),
      headOf: async (group) => {
        const { state, position } = await this.repository.refresh(group);
        return { version: state.version, position };
      },
    });
    this.deadlines = new Deadlines(this.groups, commander, clock, { problem, defect: (message) => logger.error(`defect: ${message}`) });
    this.watchFeed = new WatchFeed(this.groups, store, clock, () => this.tail.position);
    log.listen(this.presence);
    log.listen(this.tenures);
    log.listen(this.watchFeed);
    const last: Consumer = {
      apply: (event) => {
        this.anchor = event;
        this.applied++;
      },
    };
    const report = {
      error: (error: Error) => logger.warn(`the store's subscription broke, resuming: ${error.message}`),
      // At start the process refuses to serve and says so itself.
      unreadable: (error: Error) => {
        if (this.tail.isCaughtUp) logger.fatal(`stopped reading the log: ${error.message}`);
      },
      rewound: (error: Error) => this.onWorthless(error.message),
    };
    this.tail = new Tail(store, [log, this.presence, this.deadlines, last], report, (stream) => stream !== PRESENCE_STREAM);
  }

  /** Tells one more listener about every event of a group; before `start`. */
  listen(listener: GroupListener): void {
    this.log.listen(listener);
  }

  /** Begins where the last snapshot ended, if there is one of this very log; else at the start of the log. */
  async start(): Promise<void> {
    const snapshot = this.snapshots ? await readSnapshot(this.snapshots, this.store).catch(() => null) : null;
    if (snapshot) {
      this.groups.restore(snapshot.folds.groups as never);
      this.presence.restore(snapshot.folds.presence as never);
      this.tenures.restore(snapshot.folds.tenures as never);
      this.deadlines.restored();
      this.logger.info({ position: snapshot.position, groups: this.groups.size }, 'restored a snapshot');
    }
    this.tail.start(snapshot?.position);
    this.timer = setInterval(() => this.tick(), TICK_MS);
  }

  private tick(): void {
    this.presence.tick();
    if (this.presence.deafForMs() > DEAF_MOST_MS && !this.isDraining) return this.onWorthless('deaf for an hour');
    if (this.isReady) this.deadlines.tick();
    if (this.applied >= SNAPSHOT_EVERY && this.isReady) this.saveSnapshot();
  }

  /** Between two turns of the loop every fold stands at the same position: that is what makes this one consistent. */
  private saveSnapshot(): void {
    const { snapshots, anchor, tail } = this;
    this.applied = 0;
    if (!snapshots || !anchor) return;
    const folds = { groups: this.groups.saved(), presence: this.presence.saved(), tenures: this.tenures.saved() };
    try {
      const { stream, version, id } = anchor;
      writeSnapshot(snapshots, { position: tail.position, anchor: { stream, version, id }, folds });
    } catch (error) {
      this.logger.warn(`no snapshot could be written (the next start takes longer): ${(error as Error).message}`);
    }
  }

  /** First step of a stop: streams end (sessions with `bye`), long-polls answer, nobody is reported lost (§5.10). */
  drain(): void {
    this.isDraining = true;
    if (this.timer) clearInterval(this.timer);
    this.presence.stop();
    this.watchFeed.stop();
    this.tail.release();
  }

  /** Last step, when no request runs any more. */
  async stop(): Promise<void> {
    await this.deadlines.idle();
    await this.tail.stop();
    if (this.applied >= SNAPSHOT_AT_STOP && this.tail.isCaughtUp && !this.tail.failure) this.saveSnapshot();
    await this.store.close();
    this.logger.info('stopped');
  }

  get isReady(): boolean {
    return this.reasonsNotReady().length === 0;
  }

  reasonsNotReady(): string[] {
    if (this.isDraining) return ['the server is stopping'];
    if (this.tail.failure) return [this.tail.failure.message];
    const reasons: string[] = [];
    if (!this.tail.isCaughtUp) reasons.push(`reading the log, at position ${this.tail.position}`);
    if (this.tail.interruption) reasons.push(`the store is not reachable: ${this.tail.interruption.message}`);
    return reasons;
  }

  head(group: Id): GroupHead | undefined {
    return this.groups.head(group);
  }

  now(): string {
    return isoOf(this.clock.wallMs());
  }
}
