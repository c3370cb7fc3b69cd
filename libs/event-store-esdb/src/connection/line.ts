import type { EventStoreDBClient } from '@eventstore/db-client';
import gossipService from '@eventstore/db-client/generated/gossip_grpc_pb.js';
import shared from '@eventstore/db-client/generated/shared_pb.js';
import services from '@eventstore/db-client/generated/streams_grpc_pb.js';
import { connectivityState, status, Metadata, type CallOptions, type Channel } from '@grpc/grpc-js';
import { Appends, type Written } from '../appending/appends.js';
import type { Proposed } from '../appending/proposed.js';
import { addressOf, type Endpoint, type Target } from './connection-string.js';
import { within } from './persistence.js';

/** Rejects if the log of this node is not the one that was read. */
export type Check = (client: EventStoreDBClient) => Promise<void>;

/** What is not connected says at once why. */
const WHY_MS = 1_000;
const FAILED: ReadonlySet<connectivityState> = new Set([
  connectivityState.TRANSIENT_FAILURE,
  connectivityState.SHUTDOWN,
]);

/**
 * What the driver keeps to itself: its channel, and what goes with each call (name, user, whom it is for).
 */
interface Inside {
  getChannel(): Promise<Channel>;
  callArguments(asked: { requiresLeader: boolean }, options: CallOptions): [Metadata, CallOptions];
}

/** A client of one fixed node. Given up for good after a fault; it closes when its last call is over. */
export class Line {
  readonly client: EventStoreDBClient;
  /** The one connection that it has ever had. */
  private readonly channel: Promise<Channel>;
  /** Rejects with why it is not. */
  readonly connected: Promise<void>;
  isTaken = false;
  private readonly running = new Set<(error: Error) => void>();
  private isRetired = false;
  private isLeft = false;
  /** Its connection broke: no call may begin on it. */
  isBroken = false;
  private trusted: Promise<void> | null = null;
  /** One call for all of them: a server takes 100 calls at once on a connection, and these do not end. */
  private appends: Promise<Appends> | null = null;

  constructor(
    readonly endpoint: Endpoint,
    target: Target,
  ) {
    this.client = target.clientOf(endpoint);
    this.channel = this.inside.getChannel();
    this.connected = this.connect();
    this.connected.catch(() => undefined); // nobody may have waited for it
  }

  private async connect(): Promise<void> {
    const channel = await this.channel;
    for (;;) {
      const state = channel.getConnectivityState(!this.isRetired);
      if (state === connectivityState.READY) break;
      if (FAILED.has(state)) {
        const why = await this.whyNot(channel);
        if (why) throw why;
      } else await changed(channel, state);
    }
    void changed(channel, connectivityState.READY).then(() => {
      this.isBroken = true;
      // Or what waits to be sent would go out on a new connection, to whatever log is there now. Not at once:
      // what the client has begun in this turn of the loop would throw where nobody catches it. A new
      // connection takes longer than that.
      setImmediate(() => channel.close());
    });
  }

  /** Only a call is told; null: it works by now. */
  private async whyNot(channel: Channel): Promise<Error | null> {
    if (this.isRetired) return unavailable('the connection was given up');
    const client = new gossipService.GossipClient('', null as never, { channelOverride: channel });
    return new Promise((resolve) => {
      client.read(new shared.Empty(), new Metadata(), { deadline: Date.now() + WHY_MS }, resolve);
    });
  }

  async use<T>(work: () => Promise<T>): Promise<T> {
    let fail: (error: Error) => void = () => undefined;
    try {
      return await new Promise<T>((resolve, reject) => {
        this.running.add((fail = reject));
        work().then(resolve, reject);
      });
    } catch (error) {
      // gRPC's own word for one that is shut: no fault that is known
      const isOfTheChannel = (error as { type?: unknown }).type === undefined;
      throw this.isBroken && isOfTheChannel ? this.broken(error) : error;
    } finally {
      this.running.delete(fail);
      if (this.isIdle && this.isRetired) this.close();
    }
  }

  /**
   * Resolves once `check` held, on a connection that has not broken since. To put another log in the place of
   * one the server must stop, which breaks it: so what goes out here reaches the log that was checked, or
   * nobody.
   */
  async trust(check: Check): Promise<void> {
    const trusted = (this.trusted ??= check(this.client));
    try {
      await trusted;
    } catch (error) {
      this.trusted = null;
      throw error;
    }
  }

  /** As gRPC would put it: another line is taken, and the call repeated. */
  private broken(cause: unknown): Error {
    return unavailable(`the connection to ${addressOf(this.endpoint)} broke`, cause);
  }

  retire(): void {
    if (this.isRetired) return;
    this.isRetired = true;
    if (this.isIdle) this.close();
  }

  get isIdle(): boolean {
    return this.running.size === 0;
  }

  /** Another node leads: what waits here would wait for its time limit, and is better asked there. */
  leave(leader: Endpoint): void {
    this.isLeft = true;
    const error = unavailable(`${addressOf(leader)} leads now, not ${addressOf(this.endpoint)}`);
    for (const fail of this.running) fail(error);
  }

  /**
   * Writes at exactly `version`, see {@link Appends}. Has no time limit of its own: whoever stops waiting
   * gives up the line.
   */
  async append(stream: string, version: number, events: readonly Proposed[]): Promise<Written> {
    if (this.isLeft) throw unavailable('another node was asked meanwhile');
    return (await (this.appends ??= this.beginAppends())).append(stream, version, events);
  }

  private async beginAppends(): Promise<Appends> {
    try {
      return this.appendsOn(await this.channel);
    } catch (error) {
      this.appends = null; // the next one tries again
      throw error;
    }
  }

  private appendsOn(channel: Channel): Appends {
    const streams = new services.StreamsClient('', null as never, { channelOverride: channel });
    return new Appends(() =>
      streams.batchAppend(...this.inside.callArguments({ requiresLeader: true }, { deadline: Infinity })),
    );
  }

  private get inside(): Inside {
    return this.client as unknown as Inside;
  }

  /** `dispose` can hang and leaves the socket open (facts 8.2, 8.3). */
  private close(): void {
    this.appends?.then((appends) => appends.close()).catch(() => undefined);
    within(1_000, this.client.dispose())
      .catch(() => undefined)
      .then(async () => Promise.all([this.channel, this.inside.getChannel()])) // after a fault it takes another
      .then((channels) => channels.forEach((channel) => channel.close()))
      .catch(() => undefined);
  }
}

const changed = async (channel: Channel, from: connectivityState): Promise<void> =>
  new Promise((resolve) => {
    channel.watchConnectivityState(from, Infinity, () => resolve());
  });

const unavailable = (message: string, cause?: unknown): Error =>
  Object.assign(new Error(message, { cause }), { code: status.UNAVAILABLE });
