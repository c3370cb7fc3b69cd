import type { Metadata, ServiceError } from '@grpc/grpc-js';
import { ClusterNode } from './cluster-node.js';
import { DoubleLog } from './double-log.js';
import { EsdbDouble } from './esdb-double.js';
import type { Call } from './faults.js';
import { canceled, notLeader, notReady, timedOut } from './messages.js';

/** The real cluster's times (facts 12) are 4,800, 3,000 and 6,000 ms. */
export interface Timings {
  /** How long a leader that lost the others goes on answering reads from its own log. */
  staleMs: number;
  /** After this an append to it fails. */
  commitMs: number;
  /** From the loss of a leader to the next. */
  electionMs: number;
}
const QUICK: Timings = { staleMs: 800, commitMs: 500, electionMs: 1_500 };
/** How far a follower is behind its leader, at most. */
const LAG_MS = 12;

/**
 * Three nodes with one log, as clients see them: one leads, the others follow a little late. A leader without
 * the others answers reads for a while and commits nothing; then the others elect, and when it meets them
 * again it exits, to truncate what it never replicated. A follower that is cut off says nothing and shows
 * nothing new (facts 12).
 */
export class EsdbDoubleCluster {
  readonly log = new DoubleLog();
  private readonly nodes: ClusterNode[] = [];
  private election: NodeJS.Timeout | null = null;
  private refusals = 0;

  private constructor(private readonly timings: Timings) {}

  static async start(timings: Partial<Timings> = {}): Promise<EsdbDoubleCluster> {
    const cluster = new EsdbDoubleCluster({ ...QUICK, ...timings });
    for (let n = 0; n < 3; n++) cluster.join(await EsdbDouble.start({ log: cluster.log }));
    cluster.log.followers.add(() => cluster.replicate());
    cluster.elect();
    return cluster;
  }

  private join(double: EsdbDouble): void {
    const node = new ClusterNode(double);
    double.members = () => this.nodes.map((other) => other.seenBy(node));
    double.faults.ofNode = (call, metadata) => this.refuse(node, call, metadata);
    double.commit = async (write) => {
      // a follower that is not asked to be the leader hands an append on; one that cannot reach it times out
      if (node.role !== 'LEADER') return this.hasQuorum(this.leading) && !node.isCut ? write() : timedOut();
      return this.hasQuorum(node) ? write() : node.holdUncommitted(this.timings.commitMs);
    };
    double.view.freeze();
    this.nodes.push(node);
  }

  get connectionString(): string {
    return `esdb://${this.nodes.map(({ double }) => `127.0.0.1:${double.port}`).join(',')}?tls=false`;
  }
  /** Number of the leader, from 1; null while there is none that can commit. */
  async leader(): Promise<number | null> {
    const { leading } = this;
    return leading && this.hasQuorum(leading) ? this.nodes.indexOf(leading) + 1 : null;
  }
  async isWhole(): Promise<boolean> {
    return (
      this.leading !== undefined &&
      this.nodes.every((node) => node.isReachable && node.double.isReady && node.role !== 'UNKNOWN')
    );
  }
  node(n: number): EsdbDouble {
    return this.nodes[n - 1]!.double;
  }

  private get leading(): ClusterNode | undefined {
    return this.nodes.find((node) => node.role === 'LEADER' && node.isReachable);
  }
  private hasQuorum(leader: ClusterNode | undefined): boolean {
    return leader?.isReachable === true && this.nodes.filter((node) => node.isReachable).length >= 2;
  }

  async kill(n: number): Promise<void> {
    this.leave(this.nodes[n - 1]!);
  }
  async stop(n: number): Promise<void> {
    const node = this.nodes[n - 1]!;
    const stopping = node.double.stopGracefully();
    node.role = 'UNKNOWN';
    this.settle();
    await stopping;
    this.leave(node);
  }
  async start(n: number): Promise<void> {
    const node = this.nodes[n - 1]!;
    if (node.double.isUp) return;
    node.role = 'UNKNOWN';
    await node.double.restart();
    this.settle();
  }
  async cut(n: number): Promise<void> {
    this.nodes[n - 1]!.isCut = true;
    this.lose(this.nodes[n - 1]!);
  }
  async heal(n: number): Promise<void> {
    this.nodes[n - 1]!.isCut = false;
    this.meet(this.nodes[n - 1]!);
  }
  async pause(n: number): Promise<void> {
    this.nodes[n - 1]!.pause();
    this.lose(this.nodes[n - 1]!);
  }
  async resume(n: number): Promise<void> {
    this.nodes[n - 1]!.resume();
    this.meet(this.nodes[n - 1]!);
  }
  async close(): Promise<void> {
    if (this.election) clearTimeout(this.election);
    for (const { double } of this.nodes) await double.stop();
  }

  private leave(node: ClusterNode): void {
    node.role = 'UNKNOWN';
    node.double.crash();
    node.double.view.freeze();
    this.settle();
  }

  /** The others do not hear it any more. It notices late. */
  private lose(node: ClusterNode): void {
    node.double.view.freeze();
    if (node.role === 'LEADER') {
      node.hadLed = true;
      setTimeout(() => {
        if (node.isReachable) return;
        node.role = 'UNKNOWN';
        node.answerAll(canceled());
      }, this.timings.staleMs);
    }
    this.settle();
  }

  /** It hears the others again. */
  private meet(node: ClusterNode): void {
    const isDeposed = node.hadLed && this.leading !== undefined && this.leading !== node;
    node.hadLed = false;
    if (node.double.isUp && isDeposed)
      this.leave(node); // exit code 0: it starts again only with a supervisor
    else this.settle();
  }

  /** After any change: who follows, and whether somebody must be elected. */
  private settle(): void {
    const { leading } = this;
    if (!leading || !this.hasQuorum(leading)) {
      this.election ??= setTimeout(() => {
        this.election = null;
        this.elect();
      }, this.timings.electionMs);
      return;
    }
    leading.double.view.lead();
    for (const node of this.nodes) {
      if (node === leading || !node.isReachable) continue;
      node.role = 'FOLLOWER';
      node.double.view.freeze();
    }
    this.replicate();
  }

  private elect(): void {
    const able = this.nodes.filter((node) => node.isReachable);
    if (able.length < 2) return; // without a quorum, until somebody comes back
    const leader =
      able.find(({ role }) => role === 'LEADER') ?? able[Math.floor(Math.random() * able.length)]!;
    for (const node of this.nodes)
      if (node.role === 'LEADER' && node !== leader && !node.isReachable) node.hadLed = true;
    leader.role = 'LEADER';
    leader.hadLed = false;
    this.settle();
  }

  private replicate(): void {
    const position = this.log.all.at(-1)?.position ?? 0n;
    for (const node of this.nodes.filter(({ role }) => role === 'FOLLOWER'))
      setTimeout(() => {
        if (node.isReachable) node.double.view.reach(position);
      }, Math.random() * LAG_MS);
  }

  private refuse(node: ClusterNode, call: Call, metadata: Metadata): ServiceError | null {
    if (node.role === 'LEADER') return null;
    if (node.role === 'UNKNOWN') return notReady();
    if (metadata.get('requires-leader').length === 0) return null;
    const leader = this.nodes.find(({ role }) => role === 'LEADER');
    if (leader && !node.isCut) return notLeader('127.0.0.1', leader.double.port);
    const whileElecting = [notReady, timedOut, () => notLeader('127.0.0.1', (leader ?? node).double.port)];
    return whileElecting[this.refusals++ % whileElecting.length]!();
  }
}
