import { ErrorType, NotLeaderError, type EventStoreDBClient } from '@eventstore/db-client';
import { addressOf, type Endpoint, type Target } from './connection-string.js';
import { isConnectionFault } from './failures.js';
import { within } from './persistence.js';
import type { Topology } from './topology.js';

/** A client of one fixed node. Given up for good after a fault; it closes when its last call is over. */
export class Line {
  readonly client: EventStoreDBClient;
  private running = 0;
  private isRetired = false;

  constructor(
    readonly endpoint: Endpoint,
    target: Target,
  ) {
    this.client = target.clientOf(endpoint);
  }

  async use<T>(work: (client: EventStoreDBClient) => Promise<T>): Promise<T> {
    this.running++;
    try {
      return await work(this.client);
    } finally {
      if (--this.running === 0 && this.isRetired) this.close();
    }
  }

  retire(): void {
    if (this.isRetired) return;
    this.isRetired = true;
    if (this.running === 0) this.close();
  }

  /** `dispose` can hang and leaves the socket open (facts 8.2, 8.3). To ask a fixed node for its channel makes no traffic. */
  private close(): void {
    const { getChannel } = this.client as unknown as { getChannel: () => Promise<{ close(): void }> };
    within(1_000, this.client.dispose())
      .catch(() => undefined)
      .then(getChannel)
      .then((channel) => channel.close())
      .catch(() => undefined);
  }
}

/** Which node is spoken to: the leader for all calls, in a line of its own for each subscription. */
export class Connections {
  private line: Line | null = null;
  private finding: Promise<Line> | null = null;
  /** Of a subscription that the server dropped for being slow: its connection works, and it resumes at once. */
  private kept: Line | null = null;
  /** Named by a node that is not the leader (any more). */
  private named: Endpoint | null = null;
  private isClosed = false;
  /** Calls go to another node from now on. */
  onMoved: (to: Endpoint) => void = () => undefined;

  constructor(
    private readonly target: Target,
    private readonly topology: Topology,
  ) {}

  /** One call on the present leader. A fault of its connection, or a leader that is none, is remembered for the next call. */
  async call<T>(work: (client: EventStoreDBClient) => Promise<T>): Promise<T> {
    const line = this.line ?? (await this.find());
    try {
      return await line.use(work);
    } catch (error) {
      this.judge(line, error);
      throw error;
    }
  }

  /** A line for one subscription; its owner retires or keeps it. Where there is no leader, a follower will do. */
  async subscriber(): Promise<Line> {
    const { kept } = this;
    this.kept = null;
    return kept ?? this.newSubscriber();
  }

  /** For the next subscription. */
  keep(line: Line): void {
    this.dropKept();
    if (this.isClosed) line.retire();
    else this.kept = line;
  }

  private dropKept(): void {
    this.kept?.retire();
    this.kept = null;
  }

  private async newSubscriber(): Promise<Line> {
    const { preference } = this.target;
    if (this.target.kind === 'node') return new Line(this.named ?? this.line?.endpoint ?? this.target.seeds[0]!, this.target);
    if (!this.followsLeader) return new Line(await this.topology.any(preference), this.target);
    const endpoint = this.line?.endpoint ?? (await this.topology.leader().catch(async () => this.topology.any(preference)));
    return new Line(endpoint, this.target);
  }

  /** True if subscriptions should be where the calls go. */
  get followsLeader(): boolean {
    return this.target.preference === 'leader';
  }

  judge(line: Line, error: unknown): void {
    const isNotLeader = error instanceof NotLeaderError;
    if (!isNotLeader && !isConnectionFault(error) && !(this.target.kind !== 'node' && isServerTimeout(error))) return;
    if (isNotLeader) this.named = { host: error.leader.address, port: error.leader.port };
    if (!this.line || addressOf(this.line.endpoint) !== addressOf(line.endpoint)) return;
    this.line.retire();
    this.line = null;
  }

  private async find(): Promise<Line> {
    this.finding ??= this.found().finally(() => {
      this.finding = null;
    });
    return this.finding;
  }

  private async found(): Promise<Line> {
    const { named, target } = this;
    this.named = null;
    const endpoint = named ?? (target.kind === 'node' ? target.seeds[0]! : await this.topology.leader());
    const line = new Line(endpoint, target);
    if (this.isClosed) line.retire();
    else this.line = line;
    this.dropKept(); // it may lead to who led before
    this.onMoved(endpoint);
    return line;
  }

  close(): void {
    this.isClosed = true;
    this.dropKept();
    this.line?.retire();
    this.line = null;
  }
}

/** The leader may be cut off from the others: it answers so for a while before it knows (facts 12). */
const isServerTimeout = (error: unknown): boolean => (error as { type?: unknown }).type === ErrorType.TIMEOUT;
