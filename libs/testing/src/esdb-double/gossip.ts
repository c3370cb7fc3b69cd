import type { sendUnaryData } from '@grpc/grpc-js';
import gossip from '@eventstore/db-client/generated/gossip_pb.js';
import shared from '@eventstore/db-client/generated/shared_pb.js';

/** A node as the others and the clients see it: by the address it advertises. */
export interface Member {
  port: number;
  state: 'LEADER' | 'FOLLOWER' | 'UNKNOWN';
  isAlive?: boolean;
}

export function answerGossip(members: readonly Member[], done: sendUnaryData<unknown>): void {
  done(
    null,
    new gossip.ClusterInfo().setMembersList(
      members.map(({ port, state, isAlive = true }) =>
        new gossip.MemberInfo()
          .setInstanceId(new shared.UUID().setString(crypto.randomUUID()))
          .setState(gossip.MemberInfo.VNodeState[state])
          .setIsAlive(isAlive)
          .setHttpEndPoint(new gossip.EndPoint().setAddress('127.0.0.1').setPort(port)),
      ),
    ),
  );
}
