import type { sendUnaryData, ServerReadableStream, ServiceError } from '@grpc/grpc-js';
import type { AppendReq, AppendResp } from '@eventstore/db-client/generated/streams_pb.js';
import type { DoubleLog, Expected, Proposed } from './double-log.js';
import type { Faults } from './faults.js';
import { appendedResponse, broken, empty, invalid, nameOf, streamDeleted, tooLarge, wrongVersionResponse } from './messages.js';

const UUID = /^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$/i;
/** Share of appends whose events reach a subscription before their acknowledgement (facts 2.3). */
const OVERTAKEN = 0.18;

type Answer = AppendResp | ServiceError;
/** Writes now, or later, or not at all and says why. */
export type Commit = (write: () => Answer) => Answer | Promise<Answer>;

interface Append {
  stream: string;
  expected: Expected;
  events: Proposed[];
}
export interface Writing {
  log: DoubleLog;
  faults: Faults;
  maxBytes: number;
  commit: Commit;
}

/** `Streams/Append`: options, then events, answered after the half-close; refused early where no event is needed. */
export function append(call: ServerReadableStream<AppendReq, AppendResp>, done: sendUnaryData<AppendResp>, writing: Writing): void {
  const messages: AppendReq[] = [];
  const { faults } = writing;
  const refused = faults.refuse('append', call.metadata);
  if (refused) return done(refused);
  call.on('error', () => undefined);
  call.on('data', (message: AppendReq) => messages.push(message));
  call.on('end', () => {
    // a throw here would reach the client as UNKNOWN and nothing else (facts 7.5)
    answer(messages, writing)
      .then((answered) => reply(answered, faults, done))
      .catch((error: unknown) => done(broken(error)));
  });
}

const answer = async (messages: AppendReq[], { log, maxBytes, commit }: Writing): Promise<Answer> =>
  commit(() => answered(appendOf(messages), log, maxBytes));

function reply(answer: Answer, faults: Faults, done: sendUnaryData<AppendResp>): void {
  const fate = faults.atReply();
  if (fate === 'silent') return;
  if (fate === 'without-position' && 'getSuccess' in answer) answer.getSuccess()?.setNoPosition(empty());
  else if (fate !== null && fate !== 'without-position') return done(fate);
  const send = (): void => ('code' in answer ? done(answer) : done(null, answer));
  if (Math.random() < OVERTAKEN) setTimeout(send, Math.random() * 4);
  else send();
}

function answered({ stream, expected, events }: Append, log: DoubleLog, maxBytes: number): Answer {
  if (events.some(({ id, type }) => !UUID.test(id) || type === '')) return invalid('an event id is not a uuid, or a type is empty');
  const bytes = events.reduce((sum, { data, meta, type }) => sum + data.length + meta.length + 2 * type.length, 0); // 24.10's rule, the stricter one (facts 2.4)
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
