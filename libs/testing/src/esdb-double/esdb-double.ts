import grpc from '@grpc/grpc-js';
import features from '@eventstore/db-client/generated/serverfeatures_pb.js';
import featuresService from '@eventstore/db-client/generated/serverfeatures_grpc_pb.js';
import gossipService from '@eventstore/db-client/generated/gossip_grpc_pb.js';
import streams from '@eventstore/db-client/generated/streams_pb.js';
import streamsService from '@eventstore/db-client/generated/streams_grpc_pb.js';
import { batchAppend, type BatchCall } from './batching.js';
import { DoubleLog } from './double-log.js';
import { Faults } from './faults.js';
import { gossiped, type Member } from './gossip.js';
import { empty, nameOf, notReady, stopped, streamDeleted } from './messages.js';
import { Proxy } from './proxy.js';
import { append, type Commit, type Writing } from './writing.js';
import { read, type ReadCall } from './reading.js';
import { View } from './view.js';

const DEFAULT_MAX_APPEND_SIZE = 1_048_576;
/** How long a server that starts again says "Server Is Not Ready"; the real one takes about 4 s (facts 1.3). */
const NOT_READY_MS = 200;
/** How long open subscriptions outlive the request to stop; 5 s on the real one (facts 1.3). */
const STOPPING_MS = 500;
type Deletion = grpc.ServerUnaryCall<InstanceType<typeof streams.DeleteReq> | InstanceType<typeof streams.TombstoneReq>, never>;

export interface DoubleOptions {
  maxAppendSize?: number;
  log?: DoubleLog;
}

/**
 * EventStoreDB as far as the store adapter speaks to it, in this process, on the client's own generated code (facts 7).
 * The log survives `crash` and `restart`; the port stays. An append that forgot its credentials takes the batch path, as
 * with the server; it is counted.
 */
export class EsdbDouble {
  readonly log: DoubleLog;
  readonly view: View;
  readonly faults: Faults;
  /** What gossip says of the cluster; this node alone unless told otherwise. */
  members: () => Member[] = () => [{ port: this.port, state: 'LEADER' }];
  /** How an append gets into the log; a cluster has its own way. */
  commit: Commit = (write) => write();
  private readonly proxy = new Proxy();
  private readonly reads = new Set<ReadCall>();
  private server: grpc.Server | null = null;
  private readyAtMs = 0;

  private constructor(private readonly options: DoubleOptions) {
    this.log = options.log ?? new DoubleLog();
    this.view = new View(this.log);
    this.faults = new Faults(() => this.proxy.cut());
  }

  static async start(options: DoubleOptions = {}): Promise<EsdbDouble> {
    const double = new EsdbDouble(options);
    await double.proxy.listen();
    await double.restart(0);
    double.faults.leader.port = double.port;
    return double;
  }

  get port(): number {
    return this.proxy.port;
  }
  get connectionString(): string {
    return `esdb://127.0.0.1:${this.port}?tls=false`;
  }
  /** Reads and subscriptions that are open now. */
  get openReads(): number {
    return this.reads.size;
  }
  get connections(): number {
    return this.proxy.connections;
  }
  get isUp(): boolean {
    return this.server !== null;
  }

  async restart(notReadyMs = NOT_READY_MS): Promise<void> {
    const server = new grpc.Server();
    server.addService(streamsService.StreamsService as unknown as grpc.ServiceDefinition, this.streams());
    server.addService(featuresService.ServerFeaturesService as unknown as grpc.ServiceDefinition, {
      getSupportedMethods: (_: unknown, done: grpc.sendUnaryData<unknown>) => done(null, supported()),
    });
    server.addService(gossipService.GossipService as unknown as grpc.ServiceDefinition, {
      read: (_: unknown, done: grpc.sendUnaryData<unknown>) => gossiped(this.members(), done),
    });
    const port = await new Promise<number>((resolve, reject) => {
      server.bindAsync('127.0.0.1:0', grpc.ServerCredentials.createInsecure(), (error, bound) => (error ? reject(error) : resolve(bound)));
    });
    this.readyAtMs = performance.now() + notReadyMs;
    this.server = server;
    this.proxy.leadTo(port);
  }

  /** Connections break and no new ones are made, until `restart`. What was acknowledged stays, caches do not. */
  crash(): void {
    this.proxy.leadTo(null);
    this.server?.forceShutdown();
    this.server = null;
    this.log.recentIds.clear();
  }

  /** As SIGTERM does: no new connection, no new call; what is open lives on for a while, then ends with code 13. */
  async stopGracefully(): Promise<void> {
    this.proxy.refuse();
    this.readyAtMs = Infinity;
    await new Promise((resolve) => setTimeout(resolve, STOPPING_MS));
    for (const call of this.reads) call.emit('error', stopped());
    await new Promise((resolve) => setTimeout(resolve, 20));
    this.crash();
  }

  async stop(): Promise<void> {
    this.crash();
    await this.proxy.close();
  }

  /** Who is connected stays so; nobody else gets through. */
  refuseConnections(): void {
    this.proxy.refuse();
  }
  cut(): void {
    this.proxy.cut();
  }
  freeze(): void {
    this.proxy.freeze();
  }
  stall(): void {
    this.proxy.stall();
  }
  thaw(): void {
    this.proxy.thaw();
  }

  /** Ends every open subscription with status OK, which the client does not call an error (facts 4). */
  endSubscriptions(): void {
    for (const call of this.reads) call.end();
  }

  get isReady(): boolean {
    return performance.now() >= this.readyAtMs;
  }

  private streams(): grpc.UntypedServiceImplementation {
    const { view, faults, log } = this;
    const maxBytes = this.options.maxAppendSize ?? DEFAULT_MAX_APPEND_SIZE;
    const writing: Writing = { log, faults, maxBytes, commit: async (write) => this.commit(write), isReady: () => this.isReady };
    return {
      read: (call: ReadCall) => {
        if (!this.isReady) return call.emit('error', notReady());
        this.reads.add(call);
        const over = () => this.reads.delete(call);
        call.on('cancelled', over).on('close', over).on('finish', over).on('error', over);
        return read(call, view, faults);
      },
      append: (call: Parameters<typeof append>[0], done: Parameters<typeof append>[1]) => append(call, done, writing),
      batchAppend: (call: BatchCall) => {
        faults.calls.batch++;
        batchAppend(call, writing);
      },
      delete: (call: Deletion, done: grpc.sendUnaryData<unknown>) =>
        this.remove(call, done, (stream) => this.log.deleteSoftly(stream), new streams.DeleteResp()),
      tombstone: (call: Deletion, done: grpc.sendUnaryData<unknown>) =>
        this.remove(call, done, (stream) => this.log.tombstone(stream), new streams.TombstoneResp()),
    };
  }

  private remove(
    call: Deletion,
    done: grpc.sendUnaryData<unknown>,
    remove: (stream: string) => void,
    answer: InstanceType<typeof streams.DeleteResp> | InstanceType<typeof streams.TombstoneResp>,
  ): void {
    const stream = nameOf(call.request.getOptions()!.getStreamIdentifier());
    if (this.log.visible(stream) === 'deleted') return done(streamDeleted(stream));
    remove(stream);
    done(null, answer.setNoPosition(empty()));
  }
}

function supported() {
  const method = new features.SupportedMethod().setServiceName('event_store.client.streams.streams').setMethodName('batchappend');
  return new features.SupportedMethods().setEventStoreServerVersion('23.10.0').setMethodsList([method]);
}
