import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import gossipService from '@eventstore/db-client/generated/gossip_grpc_pb.js';
import gossip from '@eventstore/db-client/generated/gossip_pb.js';
import shared from '@eventstore/db-client/generated/shared_pb.js';
import { until } from '@conclave/processes';
import { bareOf, hostsOf } from './servers-under-test.js';

/** Three nodes, numbered from 1 in the order of the connection string, and what can be done to them. */
export interface Cluster {
  readonly connectionString: string;
  /** Number of the node that leads and can commit; null while there is none. */
  leader(): Promise<number | null>;
  /** True if one leads and both others follow it. */
  isWhole(): Promise<boolean>;
  kill(n: number): Promise<void>;
  /** Graceful. */
  stop(n: number): Promise<void>;
  /** Of one that runs: nothing. */
  start(n: number): Promise<void>;
  /** Cuts a node off from the others, not from clients. */
  cut(n: number): Promise<void>;
  heal(n: number): Promise<void>;
  pause(n: number): Promise<void>;
  resume(n: number): Promise<void>;
  close(): Promise<void>;
}

interface Seen {
  state: number;
  port: number;
}
const { LEADER, FOLLOWER } = gossip.MemberInfo.VNodeState;
const GOSSIP_MS = 2_000;

/**
 * The real cluster at ESDB_CLUSTER_URL. ESDB_CLUSTER_HOOK is a program that is called with `kill N`, `stop
 * N`, `start N`, `cut N`, `heal N`, `pause N` and `resume N`, N from 1; who leads is asked of the nodes.
 */
export function realCluster(connectionString: string, hook: string): Cluster {
  const hosts = hostsOf(connectionString);
  const { secrets, metadata } = bareOf(connectionString);
  const act = (what: string) => async (n: number) =>
    void (await promisify(execFile)(hook, [what, String(n)], { timeout: 120_000 }));
  const seenBy = async (host: string): Promise<Seen[]> => {
    const client = new gossipService.GossipClient(host, secrets, { 'grpc.use_local_subchannel_pool': 1 });
    const answer = new Promise<InstanceType<typeof gossip.ClusterInfo>>((done, failed) => {
      client.read(new shared.Empty(), metadata, { deadline: Date.now() + GOSSIP_MS }, (error, members) =>
        error ? failed(error) : done(members),
      );
    });
    const alive = (await answer.finally(() => client.close()))
      .getMembersList()
      .filter((member) => member.getIsAlive());
    return alive.map((member) => ({
      state: member.getState(),
      port: member.getHttpEndPoint()?.getPort() ?? 0,
    }));
  };
  /** Who each node that answers thinks leads. */
  const views = async () =>
    (await Promise.all(hosts.map((host) => seenBy(host).catch(() => [])))).filter(
      (members) => members.length > 0,
    );
  const leaderIn = (members: Seen[]) => members.find(({ state }) => state === LEADER)?.port;
  const numberOf = (port: number | undefined) =>
    hosts.findIndex((host) => host.endsWith(`:${port}`)) + 1 || null;
  return {
    connectionString,
    leader: async () => {
      const named = (await views()).map(leaderIn);
      return numberOf(
        named.find((port) => port !== undefined && named.filter((other) => other === port).length >= 2),
      );
    },
    isWhole: async () => {
      const all = await views();
      const isComplete = (members: Seen[]) =>
        members.filter(({ state }) => state === FOLLOWER).length === 2 && leaderIn(members) !== undefined;
      return all.length === hosts.length && all.every(isComplete);
    },
    kill: act('kill'),
    stop: act('stop'),
    start: act('start'),
    cut: act('cut'),
    heal: act('heal'),
    pause: act('pause'),
    resume: act('resume'),
    close: async () => undefined,
  };
}

/** Waits for a leader that is not `but`. */
export const ledCluster = async (cluster: Cluster, but: number | null = null): Promise<number> =>
  until(
    'the cluster has a leader',
    async () => {
      const leader = await cluster.leader();
      return leader !== null && leader !== but && leader;
    },
    60_000,
  );

/**
 * Starts what does not run until all three are there, as a supervisor would: one that must truncate exits
 * again and again.
 */
export async function wholeCluster(cluster: Cluster): Promise<void> {
  let startedMs = -Infinity;
  const look = async (): Promise<boolean> => {
    if (await cluster.isWhole()) return true;
    if (performance.now() - startedMs < 3_000) return false;
    startedMs = performance.now();
    for (const n of [1, 2, 3]) await cluster.start(n).catch(() => undefined);
    return false;
  };
  await until('the cluster is whole', look, 90_000);
}
