import { randomUUID } from 'node:crypto';
import { convertToCommandError, UnavailableError } from '@eventstore/db-client';
import { StoreError } from '@conclave/event-store';
import shared from '@eventstore/db-client/generated/shared_pb.js';
import streams, {
  type BatchAppendReq,
  type BatchAppendResp,
} from '@eventstore/db-client/generated/streams_pb.js';
import type { ClientDuplexStream, ServiceError } from '@grpc/grpc-js';
import { failureOf } from './append-failure.js';
import type { Proposed } from './proposed.js';

/** A long call over which many appends go, each answered by its correlation id. */
export type AppendCall = ClientDuplexStream<BatchAppendReq, BatchAppendResp>;

/** What one append became. Position is missing on some replays (facts 2.2). */
export interface Written {
  version: number;
  position: string | null;
}

interface Waiting {
  done: (written: Written) => void;
  failed: (error: Error) => void;
}

/**
 * A message that gRPC itself refuses would end the call, for all that wait on it; the server takes less than
 * this (facts 2.4).
 */
const MOST_BYTES = 15_000_000;

/**
 * The appends of one connection. Each is one message, so that it reaches the log whole or not at all. The
 * driver's own single append is a call with one message an event: given up between two of them, by a deadline
 * or with its channel, it leaves the first ones in the log (facts 2.8). The driver's own batches share what
 * waits between all connections, and throw where nobody catches it at a late answer (facts 2.6).
 */
export class Appends {
  private call: AppendCall | null = null;
  private readonly waiting = new Map<string, Waiting>();

  constructor(private readonly open: () => AppendCall) {}

  /**
   * Writes at exactly `version`. Rejects with the driver's errors; when the call ends, its appends are
   * neither known to be written nor not.
   */
  async append(stream: string, version: number, events: readonly Proposed[]): Promise<Written> {
    const bytes = events.reduce((sum, { data, meta }) => sum + data.length + meta.length, 0);
    if (bytes > MOST_BYTES)
      throw new StoreError(
        'append-too-large',
        `the append to "${stream}" has ${bytes} bytes, more than any EventStoreDB takes, whatever its MaxAppendSize; ` +
          'nothing was written. Write less at once.',
      );
    const call = (this.call ??= this.begin());
    const id = randomUUID();
    return new Promise((done, failed) => {
      this.waiting.set(id, { done, failed });
      call.write(requestOf(id, stream, version, events));
    });
  }

  /** Whatever waits is not answered any more. */
  close(): void {
    this.call?.cancel();
  }

  private begin(): AppendCall {
    const call = this.open();
    const end = (error: Error): void => {
      if (this.call !== call) return;
      this.call = null;
      const waiting = [...this.waiting.values()];
      this.waiting.clear();
      for (const { failed } of waiting) failed(error);
    };
    // The error listener stays on: a late error without one ends the process (facts 0.4).
    call
      .on('data', (answer: BatchAppendResp) => this.take(answer))
      .on('error', (error: ServiceError) => end(convertToCommandError(error)))
      .on('end', () => end(new UnavailableError(undefined, 'the server ended the call')));
    return call;
  }

  private take(answer: BatchAppendResp): void {
    const id = answer.getCorrelationId()?.getString() ?? '';
    const waiting = this.waiting.get(id);
    if (!waiting) return; // a second answer, which the server gives now and then (facts 2.6)
    this.waiting.delete(id);
    const success = answer.getSuccess();
    if (!success) {
      const name = Buffer.from(answer.getStreamIdentifier()?.getStreamName_asU8() ?? []).toString();
      waiting.failed(failureOf(answer.getError(), name));
      return;
    }
    const position = success.getPosition();
    waiting.done({
      version: Number(success.getCurrentRevision()) + 1,
      position: position ? position.getCommitPosition() : null,
    });
  }
}

function requestOf(id: string, stream: string, version: number, events: readonly Proposed[]): BatchAppendReq {
  const options = new streams.BatchAppendReq.Options();
  options.setStreamIdentifier(new shared.StreamIdentifier().setStreamName(Buffer.from(stream)));
  if (version === 0)
    options.setNoStream(new shared.Empty()); // the same message, generated twice
  else options.setStreamPosition(String(version - 1));
  return new streams.BatchAppendReq()
    .setCorrelationId(new shared.UUID().setString(id))
    .setOptions(options)
    .setProposedMessagesList(events.map(messageOf))
    .setIsFinal(true);
}

function messageOf({ id, type, data, meta, isBinary }: Proposed): BatchAppendReq.ProposedMessage {
  const message = new streams.BatchAppendReq.ProposedMessage()
    .setId(new shared.UUID().setString(id))
    .setData(data)
    .setCustomMetadata(meta);
  const contentType = isBinary ? 'application/octet-stream' : 'application/json';
  message.getMetadataMap().set('type', type).set('content-type', contentType);
  return message;
}
