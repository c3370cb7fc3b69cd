import grpc from '@grpc/grpc-js';
import features from '@eventstore/db-client/generated/serverfeatures_pb.js';
import featuresService from '@eventstore/db-client/generated/serverfeatures_grpc_pb.js';
import gossipService from '@eventstore/db-client/generated/gossip_grpc_pb.js';
import streams from '@eventstore/db-client/generated/streams_pb.js';
import streamsService from '@eventstore/db-client/generated/streams_grpc_pb.js';
import { batchAppend, type BatchCall } from './batching.js';
import type { DoubleLog } from './double-log.js';
import { answerGossip, type Member } from './gossip.js';
import { empty, nameOf, notReady, streamDeleted } from './messages.js';
import { read, type ReadCall } from './reading.js';
import type { View } from './view.js';
import { append, type Writing } from './writing.js';

type Deletion = grpc.ServerUnaryCall<
  InstanceType<typeof streams.DeleteReq> | InstanceType<typeof streams.TombstoneReq>,
  never
>;

/** What the calls to one node work on. */
export interface Served {
  writing: Writing;
  view: View;
  members: () => readonly Member[];
  /** Reads and subscriptions that are open now. */
  reads: Set<ReadCall>;
}

/** A server with what the client calls of EventStoreDB. */
export function serverOf(served: Served): grpc.Server {
  // as Kestrel has it: a hundred and first call waits for one to end (facts 2.6)
  const server = new grpc.Server({ 'grpc.max_concurrent_streams': 100 });
  server.addService(streamsService.StreamsService, streamsOf(served));
  server.addService(featuresService.ServerFeaturesService, {
    getSupportedMethods: (_: unknown, done: grpc.sendUnaryData<unknown>) => done(null, supported()),
  });
  server.addService(gossipService.GossipService, {
    read: (_: unknown, done: grpc.sendUnaryData<unknown>) => answerGossip(served.members(), done),
  });
  return server;
}

function streamsOf({ writing, view, reads }: Served): grpc.UntypedServiceImplementation {
  const { log, faults } = writing;
  return {
    read: (call: ReadCall) => {
      if (!writing.isReady()) return call.emit('error', notReady());
      reads.add(call);
      const over = () => reads.delete(call);
      call.on('cancelled', over).on('close', over).on('finish', over).on('error', over);
      return read(call, view, faults);
    },
    append: (call: Parameters<typeof append>[0], done: Parameters<typeof append>[1]) =>
      append(call, done, writing),
    batchAppend: (call: BatchCall) => {
      faults.calls.batch++;
      batchAppend(call, writing);
    },
    delete: (call: Deletion, done: grpc.sendUnaryData<unknown>) =>
      remove(log, call, done, (stream) => log.deleteSoftly(stream), new streams.DeleteResp()),
    tombstone: (call: Deletion, done: grpc.sendUnaryData<unknown>) =>
      remove(log, call, done, (stream) => log.tombstone(stream), new streams.TombstoneResp()),
  };
}

function remove(
  log: DoubleLog,
  call: Deletion,
  done: grpc.sendUnaryData<unknown>,
  away: (stream: string) => void,
  answer: InstanceType<typeof streams.DeleteResp> | InstanceType<typeof streams.TombstoneResp>,
): void {
  const stream = nameOf(call.request.getOptions()!.getStreamIdentifier());
  if (log.visible(stream) === 'deleted') return done(streamDeleted(stream));
  away(stream);
  done(null, answer.setNoPosition(empty()));
}

function supported() {
  const method = new features.SupportedMethod()
    .setServiceName('event_store.client.streams.streams')
    .setMethodName('batchappend');
  return new features.SupportedMethods().setEventStoreServerVersion('23.10.0').setMethodsList([method]);
}
