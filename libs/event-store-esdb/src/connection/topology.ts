import { lookup } from 'node:dns/promises';
import { Attempts } from './attempts.js';
import { addressOf, type Endpoint, type Preference, type Target } from './connection-string.js';
import { saidBy, Unreachable } from './failures.js';
import type { Ask, Member } from './gossip.js';

/** All addresses of a host name. */
export type Resolve = (host: string) => Promise<string[]>;
const resolveAll: Resolve = async (host) =>
  (await lookup(host, { all: true })).map(({ address, family }) => (family === 6 ? `[${address}]` : address));

interface Candidate {
  address: string;
  name: string;
}

/**
 * Knows who leads the cluster: asks every node it has ever heard of, all at once, and takes the first that
 * knows.
 */
export class Topology {
  private known: Endpoint[] = [];
  private readonly asking = new Attempts<Member[]>();

  constructor(
    private readonly target: Pick<Target, 'kind' | 'seeds' | 'gossipMs'>,
    private readonly ask: Ask,
    private readonly resolve: Resolve = resolveAll,
  ) {}

  /** Rejects when nobody knows of a leader: an election may be running. */
  async leader(): Promise<Endpoint> {
    const answers = (await this.candidates()).map(async (candidate) =>
      leaderIn(await this.askNode(candidate), candidate.address),
    );
    try {
      return await Promise.any(answers);
    } catch (error) {
      throw new Unreachable(`no node of the cluster knows of a leader (${whyOf(error as AggregateError)})`, {
        cause: error,
      });
    }
  }

  /**
   * For what needs no leader: the leader, or else any node that follows one; the first by `preference`. Another one than
   * `last` if there is one: others may call it alive long after it fell mute.
   */
  async any(preference: Preference, last: Endpoint | null = null): Promise<Endpoint> {
    const wanted =
      preference === 'follower'
        ? 'FOLLOWER'
        : preference === 'readonlyreplica'
          ? 'READONLYREPLICA'
          : 'LEADER';
    const lists = await Promise.allSettled(
      (await this.candidates()).map(async (candidate) => this.askNode(candidate)),
    );
    const alive = lists
      .flatMap((list) => (list.status === 'fulfilled' ? list.value : []))
      .filter(({ isAlive, state }) => isAlive && state !== 'OTHER');
    const others = alive.filter(({ endpoint }) => last === null || addressOf(endpoint) !== addressOf(last));
    const equals = (state: string) => others.filter((member) => member.state === state);
    const ranks =
      preference === 'random' ? [others, alive] : [equals(wanted), equals('LEADER'), others, alive];
    // any of the best: who took the first each time would come back to one that cannot be heard for ever
    const best = ranks.find((rank) => rank.length > 0) ?? [];
    const found = best[Math.floor(Math.random() * best.length)];
    if (found) return found.endpoint;
    const failed = new AggregateError(
      lists.flatMap((list) => (list.status === 'rejected' ? [list.reason as Error] : [])),
    );
    const why = failed.errors.length > 0 ? ` (${whyOf(failed)})` : '';
    throw new Unreachable(`the cluster has no node that can be read${why}`, { cause: failed });
  }

  private async askNode({ address, name }: Candidate): Promise<Member[]> {
    const members = await this.asking
      .result(address, this.target.gossipMs, () => ({ result: this.ask(address, name) }))
      .catch(async (error: unknown) => Promise.reject(saidBy(address, error)));
    for (const { endpoint } of members) {
      if (endpoint.port > 0 && !this.known.some((one) => addressOf(one) === addressOf(endpoint)))
        this.known.push(endpoint);
    }
    return members;
  }

  private async candidates(): Promise<Candidate[]> {
    const { kind, seeds } = this.target;
    const found: Candidate[] = this.known.map((endpoint) => ({
      address: addressOf(endpoint),
      name: endpoint.host,
    }));
    for (const { host, port } of seeds) {
      const addresses = kind === 'discover' ? await this.resolve(host).catch(() => [host]) : [host];
      found.push(...addresses.map((address) => ({ address: `${address}:${port}`, name: host })));
    }
    return [...new Map(found.map((candidate) => [candidate.address, candidate])).values()];
  }
}

function leaderIn(members: readonly Member[], by: string): Endpoint {
  const leader = members.find(({ state, isAlive }) => state === 'LEADER' && isAlive);
  if (!leader) throw saidBy(by, new Error('no leader'));
  return leader.endpoint;
}

const whyOf = ({ errors }: AggregateError): string =>
  [
    ...new Set(
      (errors as (Error & { node?: string })[]).map(({ message, node }) =>
        node === undefined || message.includes(node) ? message : `${node}: ${message}`,
      ),
    ),
  ].join('; ');
