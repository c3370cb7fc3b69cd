import type { Metadata, sendUnaryData, ServerReadableStream, ServiceError } from '@grpc/grpc-js';
import type { AppendReq, AppendResp, BatchAppendReq } from '@eventstore/db-client/generated/streams_pb.js';
import type { DoubleLog, Expected, Proposed } from './double-log.js';
import type { Faults } from './faults.js';
import {
  appendedResponse,
  broken,
  empty,
  invalid,
  nameOf,
  notReady,
  streamDeleted,
  tooLarge,
  wrongVersionResponse,
} from './messages.js';

const UUID = /^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$/i;
/** Share of appends whose events reach a subscription before their acknowledgement (facts 2.3). */
const OVERTAKEN = 0.18;

/** `silent`: it is never answered. */
export type Answer = AppendResp | ServiceError | 'silent';
type Spoken = Exclude<Answer, 'silent'>;
/** Writes now, or later, or not at all and says why. */
export type Commit = (write: () => Spoken) => Spoken | Promise<Spoken>;

export interface Append {
  stream: string;
  expected: Expected;
  events: Proposed[];
}
export interface Writing {
  log: DoubleLog;
  faults: Faults;
  maxBytes: number;
  commit: Commit;
  isReady: () => boolean;
}

/**
 * `Streams/Append`: options, then events, answered after the half-close; refused early where no event is
 * needed.
 */
export function append(
  call: ServerReadableStream<AppendReq, AppendResp>,
  done: sendUnaryData<AppendResp>,
  writing: Writing,
): void {
  const messages: AppendReq[] = [];
  const refused = refusalOf(call.metadata, writing);
  if (refused) return done(refused);
  call.on('error', () => undefined);
  call.on('data', (message: AppendReq) => messages.push(message));
  call.on('end', () => void reply(answer(appendOf(messages), writing), done));
}

async function reply(answering: Promise<Answer>, done: sendUnaryData<AppendResp>): Promise<void> {
  const answer = await answering;
  if (answer === 'silent') return;
  if ('code' in answer) done(answer);
  else done(null, answer);
}

/** Of an append whose events are all there: what it is answered, once it is. */
export async function answerOf(append: Append, metadata: Metadata, writing: Writing): Promise<Answer> {
  return refusalOf(metadata, writing) ?? (await answer(append, writing));
}

const refusalOf = (metadata: Metadata, { isReady, faults }: Writing): ServiceError | null =>
  isReady() ? faults.refuse('append', metadata) : notReady();

async function answer(append: Append, { log, faults, maxBytes, commit }: Writing): Promise<Answer> {
  try {
    const answer = await commit(() => carryOut(append, log, maxBytes));
    const fate = faults.atReply();
    if (fate === 'without-position' && 'getSuccess' in answer) answer.getSuccess()?.setNoPosition(empty());
    else if (fate !== null && fate !== 'without-position') return fate;
    if (Math.random() < OVERTAKEN) await new Promise((resolve) => setTimeout(resolve, Math.random() * 4));
    return answer;
  } catch (error) {
    // a throw in a handler would reach the client as UNKNOWN and nothing else (facts 7.5)
    return broken(error);
  }
}

function carryOut({ stream, expected, events }: Append, log: DoubleLog, maxBytes: number): Spoken {
  if (events.some(({ id, type }) => !UUID.test(id) || type === ''))
    return invalid('an event id is not a uuid, or a type is empty');
  const bytes = events.reduce(
    (sum, { data, meta, type }) => sum + data.length + meta.length + 2 * type.length,
    0,
  ); // 24.10's rule, the stricter one (facts 2.4)
  if (bytes > maxBytes) return tooLarge(maxBytes);
  const written = log.append(stream, expected, events);
  if (written.kind === 'deleted') return streamDeleted(stream);
  return written.kind === 'wrong-version'
    ? wrongVersionResponse(written.current)
    : appendedResponse(written.revision, written.position);
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
    events: rest.map((message) => proposedOf(message.getProposedMessage()!)),
  };
}

export function proposedOf(proposed: AppendReq.ProposedMessage | BatchAppendReq.ProposedMessage): Proposed {
  const metadata = proposed.getMetadataMap();
  return {
    id: proposed.getId()!.getString().toLowerCase(),
    type: metadata.get('type') ?? '',
    contentType: metadata.get('content-type') ?? '',
    data: proposed.getData_asU8(),
    meta: proposed.getCustomMetadata_asU8(),
  };
}
