import { checkServerIdentity } from 'node:tls';
import { credentials, Metadata, type ChannelCredentials } from '@grpc/grpc-js';
import gossipService from '@eventstore/db-client/generated/gossip_grpc_pb.js';
import gossip from '@eventstore/db-client/generated/gossip_pb.js';
import shared from '@eventstore/db-client/generated/shared_pb.js';
import { MOST_MS } from './attempts.js';
import type { Endpoint, Target } from './connection-string.js';
import { pemIn } from './tls-faults.js';

export type NodeState = 'LEADER' | 'FOLLOWER' | 'READONLYREPLICA' | 'OTHER';
/** A node of the cluster as another one sees it. */
export interface Member {
  endpoint: Endpoint;
  state: NodeState;
  isAlive: boolean;
}
/**
 * Asks one node who is in the cluster. `name`: what its certificate may be for besides its address. Rejects
 * if it does not say.
 */
export type Ask = (address: string, name: string) => Promise<Member[]>;

const { VNodeState } = gossip.MemberInfo;
const STATES = new Map<number, NodeState>([
  [VNodeState.LEADER, 'LEADER'],
  [VNodeState.FOLLOWER, 'FOLLOWER'],
  [VNodeState.READONLYREPLICA, 'READONLYREPLICA'],
]);

/**
 * The client's own discovery can end the process (facts 12), so gossip is read here: same TLS, same
 * credentials.
 */
export function gossipOf(target: Target): Ask {
  const { options, isSecure, credentials: user, gossipMs } = target;
  const metadata = new Metadata();
  if (isSecure && user)
    metadata.set(
      'authorization',
      `Basic ${Buffer.from(`${user.username}:${user.password}`).toString('base64')}`,
    );
  const secrets = (name: string): ChannelCredentials =>
    isSecure
      ? credentials.createSsl(
          pemIn(options, 'tlscafile'),
          pemIn(options, 'userkeyfile'),
          pemIn(options, 'usercertfile'),
          {
            checkServerIdentity: (address, certificate) =>
              checkServerIdentity(name, certificate) && checkServerIdentity(address, certificate),
          },
        )
      : credentials.createInsecure();
  return async (address, name) => {
    const client = new gossipService.GossipClient(address, secrets(name), {
      'grpc.use_local_subchannel_pool': 1,
    });
    try {
      return await new Promise<Member[]>((done, failed) => {
        client.read(
          new shared.Empty(),
          metadata,
          { deadline: Date.now() + Math.max(gossipMs, MOST_MS) },
          (error, answer) => (error ? failed(error) : done(answer.getMembersList().map(memberOf))),
        );
      });
    } finally {
      client.close();
    }
  };
}

function memberOf(info: InstanceType<typeof gossip.MemberInfo>): Member {
  const at = info.getHttpEndPoint();
  return {
    endpoint: { host: at?.getAddress() ?? '', port: at?.getPort() ?? 0 },
    state: STATES.get(info.getState()) ?? 'OTHER',
    isAlive: info.getIsAlive(),
  };
}
