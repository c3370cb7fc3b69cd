import { CommandBus } from '@nestjs/cqrs';
import { Commander, Echoes, GroupRepository, type GroupCommand } from '@conclave/coordination';
import { GroupLog, type ElectionCommand, type Groups } from '@conclave/election';
import { Tail } from '@conclave/event-store';
import { randomUuid } from '@conclave/kernel';
import { SqliteEventStore } from '@conclave/event-store-sqlite';
import { FaultyStore, inc, ManualClock, until } from '@conclave/testing';
import { Presence } from './presence.js';

/** One server without HTTP, on a clock that the test drives. Several may share a store. */
export class Server {
  readonly groups: Groups;
  readonly presence: Presence;
  readonly repository: GroupRepository;
  readonly problems: string[] = [];
  readonly defects: unknown[] = [];
  private readonly tail: Tail;

  constructor(
    readonly store: FaultyStore,
    readonly clock: ManualClock,
    id: string,
  ) {
    const log = new GroupLog();
    this.groups = log.groups;
    const echoes = new Echoes();
    this.repository = new GroupRepository(store, log.groups, clock, inc(id), echoes);
    const bus = { execute: ({ group, command, order }: GroupCommand) => this.repository.transact(group, command, order) };
    this.presence = new Presence({
      store,
      groups: log.groups,
      clock,
      instance: inc(id),
      maxDrift: 0.01,
      problem: (message) => this.problems.push(message),
      defect: (error) => this.defects.push(error),
      commander: new Commander(bus as unknown as CommandBus),
      reached: (position, ms) => this.tail.reached(position, ms),
      headOf: async (group) => {
        const { state, position } = await this.repository.refresh(group);
        return { version: state.version, position };
      },
    });
    log.listen(this.presence);
    log.listen(echoes);
    this.tail = new Tail(store, [log, this.presence], {
      error: () => undefined,
      rewound: () => undefined,
      dropped: () => undefined,
      unreadable: (e) => {
        throw e;
      },
    });
    this.tail.start();
  }
  get ready(): Promise<unknown> {
    return until('caught up', () => this.tail.isCaughtUp);
  }
  async do(command: ElectionCommand): Promise<void> {
    const { position } = await this.repository.transact('g', command, {
      actor: 't',
      reason: null,
      correlationId: 'c',
      commandId: randomUuid(),
      requestHash: '',
    });
    await this.tail.reached(position, 5_000);
  }
  beat = async (runner: string, sequence: number, term?: number, more = {}) =>
    this.presence.reception.hear({ group: 'g', runner, incarnation: inc(runner), sequence, term, ...more });
  /** A runner that behaves: names its term while it leads. */
  alive = async (runner: string, sequence: number) =>
    this.beat(runner, sequence, this.leadership?.runner === runner ? this.leadership.term : undefined);
  get leadership() {
    return this.groups.get('g')?.leadership ?? null;
  }
  stop(): Promise<void> {
    return this.tail.stop();
  }
}

/** Servers of one test, driven by one clock. */
export class Servers {
  private readonly all: Server[] = [];

  async start(...of: ConstructorParameters<typeof Server>): Promise<Server> {
    const server = new Server(...of);
    this.all.push(server);
    await server.ready;
    return server;
  }

  /** Passes time in ticks of 50 ms on all servers, letting their I/O finish after each. */
  async pass(ms: number, each: (atMs: number) => Promise<unknown> | void = () => undefined): Promise<void> {
    for (let t = 0; t < ms; t += 50) {
      this.all[0]?.clock.advance(50);
      await each(t);
      for (const { presence } of this.all) presence.tick();
      await new Promise((resolve) => setTimeout(resolve, 3));
    }
  }

  async stop(): Promise<void> {
    await Promise.all(this.all.map((server) => server.stop()));
  }
}

export const register = (runner: string): ElectionCommand => ({
  type: 'RegisterRunner',
  runner,
  incarnation: inc(runner),
  ready: true,
  previousExited: null,
});
export const settings = (s: object): ElectionCommand => ({ type: 'ConfigureGroup', settings: s });

/** What a test has: one store behind a switch, one clock, and the servers that it starts. */
export class World {
  readonly clock = new ManualClock();
  servers = new Servers();
  readonly store: FaultyStore;

  private constructor(private readonly inner: SqliteEventStore) {
    this.store = new FaultyStore(inner);
  }
  static async open(): Promise<World> {
    return new World(await SqliteEventStore.open(':memory:'));
  }
  server = async (id = 's1', own = this.store) => this.servers.start(own, this.clock, id);
  /** Another way to the same log, with a switch of its own. */
  otherStore = () => new FaultyStore(this.inner);
  pass = async (ms: number, each?: (atMs: number) => Promise<unknown> | void) => this.servers.pass(ms, each);
  /** Two runners, of which a leads in term 1 with a lease. */
  async ledPair(s: Server, more: { leaseMs?: number; drainMs?: number } = {}): Promise<void> {
    await s.do(settings({ leaseMs: 1_500, ...more }));
    for (const runner of ['a', 'b']) await s.do(register(runner));
    const { role, leaseMs } = await s.beat('a', 1, 1);
    if (role !== 'leader' || leaseMs !== (more.leaseMs ?? 1_500)) throw new Error(`a is ${role} with ${leaseMs} ms`);
    await s.beat('b', 1);
  }
  async close(): Promise<void> {
    await this.servers.stop();
    await this.inner.close();
  }
}
