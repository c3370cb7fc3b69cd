import { eventsOf } from '@conclave/coordination';
import {
  appendsOf,
  initialState,
  PastFold,
  type ElectionCommand,
  type Groups,
  type SealedPast,
} from '@conclave/election';
import { randomUuid } from '@conclave/kernel';
import { SqliteEventStore } from '@conclave/event-store-sqlite';
import { inc, until } from '@conclave/processes';
import { FaultyStore, ManualClock, to } from '@conclave/testing';
import { Node, type Logger, type NodeOptions } from '../src/index.js';

/** One server without HTTP, on a clock that the test drives. Several may share a store. */
export class Server {
  readonly node: Node;
  readonly problems: string[] = [];
  readonly defects: unknown[] = [];

  constructor(
    readonly store: FaultyStore,
    readonly clock: ManualClock,
    id: string,
    fileOf: NodeOptions['fileOf'] = () => null,
    witnesses: readonly string[] = [],
  ) {
    const nothing = (): void => undefined;
    const logger: Logger = {
      debug: nothing,
      info: nothing,
      warn: (message: string | object) => void (typeof message === 'string' && this.problems.push(message)),
      error: (facts: string | object) => void this.defects.push((facts as { err?: unknown }).err ?? facts),
      fatal: (message: string | object) => void this.defects.push(message),
    };
    this.node = new Node({ store, clock, logger, instance: inc(id), maxDrift: 0.01, fileOf, witnesses });
  }
  get groups(): Groups {
    return this.node.groups;
  }
  get presence() {
    return this.node.presence;
  }
  get repository() {
    return this.node.repository;
  }
  async start(): Promise<void> {
    await this.node.start();
    await until('caught up', () => this.node.tail.isCaughtUp);
  }
  async do(command: ElectionCommand, actor = 't'): Promise<void> {
    const { position } = await this.repository.transact('g', command, {
      actor,
      reason: null,
      correlationId: 'c',
      commandId: randomUuid(),
      requestHash: '',
    });
    await this.node.tail.reached(position, 5_000);
  }
  beat = async (runner: string, sequence: number, term?: number, more = {}) =>
    this.presence.reception.hear({ group: 'g', runner, incarnation: inc(runner), sequence, term, ...more });
  /** A runner that behaves: names its term while it leads. */
  alive = async (runner: string, sequence: number) =>
    this.beat(runner, sequence, this.leadership?.runner === runner ? this.leadership.term : undefined);
  get leadership() {
    return this.groups.get('g')?.leadership ?? null;
  }
  /** Its key stands in the log, and what it knew of that is kept. */
  async leave(): Promise<void> {
    await until('its key stands in the log', () => this.node.keys.known.length > 0);
    await this.node.tail.stop();
    this.node.known.tick(this.clock.monotonicMs(), true);
  }
  async stop(): Promise<void> {
    this.node.drain();
    await this.node.tail.stop();
  }
}

/** Servers of one test, driven by one clock. */
export class Servers {
  private readonly all: Server[] = [];

  /** One that is not started. */
  prepare(...of: ConstructorParameters<typeof Server>): Server {
    const server = new Server(...of);
    this.all.push(server);
    return server;
  }

  /** One that is not waited for. */
  begin(...of: ConstructorParameters<typeof Server>): Server {
    const server = this.prepare(...of);
    void server.node.start();
    return server;
  }

  async start(...of: ConstructorParameters<typeof Server>): Promise<Server> {
    const server = this.prepare(...of);
    await server.start();
    return server;
  }

  /** Passes time in ticks of 50 ms on all servers, letting their I/O finish after each. */
  async pass(ms: number, each: (atMs: number) => Promise<unknown> | void = () => undefined): Promise<void> {
    for (let t = 0; t < ms; t += 50) {
      this.all[0]?.clock.advance(50);
      await each(t);
      for (const { node } of this.all) node.tick();
      await new Promise((resolve) => setTimeout(resolve, 3));
    }
  }

  async stop(): Promise<void> {
    await Promise.all(this.all.map((server) => server.stop()));
  }
}

export const register = (runner: string): ElectionCommand => to.register(runner, { ready: true });
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
  server = async (
    id = 's1',
    own = this.store,
    fileOf?: NodeOptions['fileOf'],
    witnesses?: readonly string[],
  ) => this.servers.start(own, this.clock, id, fileOf, witnesses);
  /** Another way to the same log, with a switch of its own. */
  otherStore = () => new FaultyStore(this.inner);
  pass = async (ms: number, each?: (atMs: number) => Promise<unknown> | void) => this.servers.pass(ms, each);
  /** The same, but it lets go of nothing. */
  clingingStore(): FaultyStore {
    return Object.assign(this.otherStore(), { truncate: async () => Promise.reject(new Error('killed')) });
  }
  /** What the history of g comes to, up to the end of the append that holds this version. */
  async past(upTo = Infinity): Promise<SealedPast> {
    const fold = new PastFold('g', null);
    for await (const append of appendsOf(eventsOf(this.store, 'g', 1), initialState('g')))
      if (append.events[0]!.version <= upTo) fold.take(append);
    return fold.past;
  }
  /** Seals that, as `archive`, `forget` and `delete` do. */
  async seal(
    s: Server,
    {
      type = 'SealHistory',
      upTo = Infinity,
      reason = null,
    }: { type?: 'SealHistory' | 'DeleteGroup'; upTo?: number; reason?: string | null } = {},
  ): Promise<SealedPast> {
    const past = await this.past(upTo);
    const about = { actor: 'operator:ana', reason, correlationId: 'c', requestHash: '', past };
    const command = { type, upTo: past.upTo, digest: 'd'.repeat(64) };
    const { position } = await s.repository.transact('g', command, { ...about, commandId: randomUuid() });
    await s.node.tail.reached(position, 5_000);
    return past;
  }
  /** Two runners, of which a leads in term 1 with a lease. */
  async ledPair(s: Server, more: { leaseMs?: number; drainMs?: number } = {}): Promise<void> {
    await s.do(settings({ leaseMs: 1_500, ...more }));
    for (const runner of ['a', 'b']) await s.do(register(runner));
    const { role, leaseMs } = await s.beat('a', 1, 1);
    if (role !== 'leader' || leaseMs !== (more.leaseMs ?? 1_500))
      throw new Error(`a is ${role} with ${leaseMs} ms`);
    await s.beat('b', 1);
  }
  async close(): Promise<void> {
    await this.servers.stop();
    await this.inner.close();
  }
}
