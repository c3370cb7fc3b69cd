import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { until } from './processes.js';

/** Three nodes, numbered from 1, and what can be done to them. */
export interface Cluster {
  readonly connectionString: string;
  /** Number of the node that leads and can commit; null while there is none. */
  leader(): Promise<number | null>;
  kill(n: number): Promise<void>;
  /** Graceful. */
  stop(n: number): Promise<void>;
  start(n: number): Promise<void>;
  /** Cuts a node off from the others, not from clients. */
  cut(n: number): Promise<void>;
  heal(n: number): Promise<void>;
  pause(n: number): Promise<void>;
  resume(n: number): Promise<void>;
  close(): Promise<void>;
}

/**
 * The real cluster at ESDB_CLUSTER_URL. ESDB_CLUSTER_HOOK is a program that is called with `kill N`, `stop N`, `start N`,
 * `cut N`, `heal N`, `pause N`, `resume N` (N from 1), and `leader`, which prints the number of the leader or nothing.
 */
export function realCluster(connectionString: string, hook: string): Cluster {
  const run = async (...words: string[]): Promise<string> => (await promisify(execFile)(hook, words, { timeout: 120_000 })).stdout.trim();
  const act = (what: string) => async (n: number) => void (await run(what, String(n)));
  return {
    connectionString,
    leader: async () => Number(await run('leader')) || null,
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
  until('the cluster has a leader', async () => {
    const leader = await cluster.leader();
    return leader !== null && leader !== but && leader;
  }, 60_000);
