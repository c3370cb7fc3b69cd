import type { sendUnaryData, ServerReadableStream } from '@grpc/grpc-js';
import type { AppendReq, AppendResp } from '@eventstore/db-client/generated/streams_pb.js';
import type { DoubleLog, Expected, Proposed } from './double-log.js';
import type { Faults } from './faults.js';
import { appendedResponse, broken, empty, invalid, nameOf, streamDeleted, tooLarge, wrongVersionResponse } from './messages.js';

const UUID = /^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$/i;

interface Append {
  stream: string;
  expected: Expected;
  events: Proposed[];
}

/** `Streams/Append`: options, then events, answered after the half-close; refused early where no event is needed. */
export function append(
  call: ServerReadableStream<AppendReq, AppendResp>,
  done: sendUnaryData<AppendResp>,
  log: DoubleLog,
  faults: Faults,
  maxBytes: number,
): void {
  const messages: AppendReq[] = [];
  const refused = faults.refuse('append', call.metadata);
  if (refused) return done(refused);
  call.on('error', () => undefined);
  call.on('data', (message: AppendReq) => messages.push(message));
  call.on('end', () => {
    try {
      const request = appendOf(messages);
      const answer = answered(request, log, maxBytes);
      const fate = faults.atReply();
      if (fate === 'silent') return;
      if (fate === 'without-position' && 'getSuccess' in answer) answer.getSuccess()?.setNoPosition(empty());
      else if (fate !== null && fate !== 'without-position') return done(fate);
      if ('code' in answer) done(answer);
      else done(null, answer);
    } catch (error) {
      done(broken(error)); // a throw here would reach the client as UNKNOWN and nothing else (facts 7.5)
    }
  });
}

function answered({ stream, expected, events }: Append, log: DoubleLog, maxBytes: number) {
  if (events.some(({ id, type }) => !UUID.test(id) || type === '')) return invalid('an event id is not a uuid, or a type is empty');
  const bytes = events.reduce((sum, { data, meta, type }) => sum + data.length + meta.length + 2 * type.length, 0);
  if (bytes > maxBytes) return tooLarge(maxBytes);
  const written = log.append(stream, expected, events);
  if (written.kind === 'deleted') return streamDeleted(stream);
  return written.kind === 'wrong-version' ? wrongVersionResponse(written.current) : appendedResponse(written.revision, written.position);
}

function appendOf([first, ...rest]: AppendReq[]): Append {
  const options = first!.getOptions()!;
  return {
    stream: nameOf(options.getStreamIdentifier()),
    expected: options.hasAny()
      ? 'any'
      : options.hasNoStream()
        ? 'no_stream'
        : options.hasStreamExists()
          ? 'stream_exists'
          : BigInt(options.getRevision()),
    events: rest.map((message) => {
      const proposed = message.getProposedMessage()!;
      const metadata = proposed.getMetadataMap();
      return {
        id: proposed.getId()!.getString().toLowerCase(),
        type: metadata.get('type') ?? '',
        contentType: metadata.get('content-type') ?? '',
        data: proposed.getData_asU8(),
        meta: proposed.getCustomMetadata_asU8(),
      };
    }),
  };
}
