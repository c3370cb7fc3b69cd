import grpc from '@grpc/grpc-js';
import { DoubleLog } from './double-log.js';
import { Faults } from './faults.js';
import type { Member } from './gossip.js';
import { stopped } from './messages.js';
import { Proxy } from '@conclave/processes';
import type { ReadCall } from './reading.js';
import { serverOf } from './services.js';
import { View } from './view.js';
import type { Commit, Writing } from './writing.js';

const DEFAULT_MAX_APPEND_SIZE = 1_048_576;
/**
 * How long a server that starts again says "Server Is Not Ready"; the real one takes about 4 s (facts 1.3).
 */
const NOT_READY_MS = 200;
/** How long open subscriptions outlive the request to stop; 5 s on the real one (facts 1.3). */
const STOPPING_MS = 500;

export interface DoubleOptions {
  maxAppendSize?: number;
  log?: DoubleLog;
}

/**
 * EventStoreDB as far as the store adapter speaks to it, in this process, on the client's own generated code
 * (facts 7). The log survives `crash` and `restart`; the port stays. An append that forgot its credentials
 * takes the batch path, as with the server; it is counted.
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
    const server = serverOf({
      writing: this.writing(),
      view: this.view,
      members: () => this.members(),
      reads: this.reads,
    });
    const port = await new Promise<number>((resolve, reject) => {
      server.bindAsync('127.0.0.1:0', grpc.ServerCredentials.createInsecure(), (error, bound) =>
        error ? reject(error) : resolve(bound),
      );
    });
    this.readyAtMs = performance.now() + notReadyMs;
    this.server = server;
    this.proxy.leadTo(port);
  }

  /**
   * Connections break and no new ones are made, until `restart`. What was acknowledged stays, caches do not.
   */
  crash(): void {
    this.proxy.leadTo(null);
    this.server?.forceShutdown();
    this.server = null;
    this.log.recentIds.clear();
  }

  /**
   * As SIGTERM does: no new connection, no new call; what is open lives on for a while, then ends with code
   * 13.
   */
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

  private writing(): Writing {
    return {
      log: this.log,
      faults: this.faults,
      maxBytes: this.options.maxAppendSize ?? DEFAULT_MAX_APPEND_SIZE,
      commit: async (write) => this.commit(write),
      isReady: () => this.isReady,
    };
  }
}
