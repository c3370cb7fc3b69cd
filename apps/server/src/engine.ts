import { CommandBus } from '@nestjs/cqrs';
import { Commander, Deadlines, GroupRepository } from '@conclave/coordination';
import { GroupLog, type GroupHead, type Groups, type Id } from '@conclave/election';
import { Tail, type EventStore } from '@conclave/event-store';
import { isoOf, type Clock } from '@conclave/kernel';
import { Presence } from '@conclave/presence';
import { Tenures, WatchFeed } from '@conclave/views';
import type { Config } from './config.js';
import type { Logger } from './logger.js';

const TICK_MS = 50;

/**
 * Everything behind the HTTP edge, put together in one place. The log flows one way: store → tail → groups → presence
 * and views; commands go back through Nest's bus to the repository.
 */
export class Engine {
  readonly groups: Groups;
  readonly repository: GroupRepository;
  readonly presence: Presence;
  readonly tenures = new Tenures();
  readonly watchFeed: WatchFeed;
  readonly tail: Tail;
  private readonly deadlines: Deadlines;
  isDraining = false;
  private timer: NodeJS.Timeout | null = null;

  constructor(
    readonly config: Config,
    readonly store: EventStore,
    readonly clock: Clock,
    bus: CommandBus,
    private readonly logger: Logger,
  ) {
    const log = new GroupLog();
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
    this.tail = new Tail(store, [log, this.presence, this.deadlines], {
      error: (error) => logger.warn(`the store's subscription broke, resuming: ${error.message}`),
      // At start the process refuses to serve and says so itself.
      unreadable: (error) => {
        if (this.tail.isCaughtUp) logger.fatal(`stopped reading the log: ${error.message}`);
      },
    });
  }

  start(): void {
    this.tail.start();
    this.timer = setInterval(() => this.tick(), TICK_MS);
  }

  private tick(): void {
    this.presence.tick();
    if (this.isReady) this.deadlines.tick();
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
