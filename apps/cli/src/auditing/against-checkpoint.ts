import { CHECKPOINTS_STREAM, Cosigned, KeyLog, KEYS_STREAM, MarksAt, whyNotExtended } from '@conclave/audit';
import { groupOf } from '@conclave/election';
import { hashOf, type StoredEvent } from '@conclave/event-store';
import { keysAt, keySet } from '../files/evidence-file.js';
import { readCheckpoint, type KeptCheckpoint } from '../files/signed-line.js';
import { Archives } from '../histories/archives.js';
import { missingFrom, type Missing } from '../histories/merged.js';
import { cosigningOf } from './cosignatures.js';

export type Log = () => AsyncIterable<StoredEvent>;

/** What is said of it. */
export interface Judgement {
  ok: boolean;
  words: string;
}

/** Files with keys that the reader trusts: of servers, and of witnesses. */
export interface Trusted {
  keys?: string | undefined;
  witnessKeys?: string | undefined;
}

/**
 * A log that was restored or moved has positions of its own, and archives those of the log that they came from: then what
 * is sealed counts as its seals say it, which are signed with all that follows.
 */
export async function unlessMoved(
  judged: Judgement,
  checkpoint: KeptCheckpoint,
  log: Log,
  trusted: Trusted,
): Promise<Judgement> {
  const seals = await missingFrom(log(), await Archives.open([]));
  const bySeals = await againstCheckpoint(checkpoint, log, seals, trusted);
  if (bySeals.ok) return bySeals;
  const words = `${judged.words}; or the log was moved or restored since it was sealed, and the checkpoint is older: then compare with the export or backup from before that`;
  return { ok: false, words };
}

/** Whether a log goes on from a checkpoint of it. */
export async function againstCheckpoint(
  { line, cosigned: kept }: KeptCheckpoint,
  log: Log,
  missing: Missing,
  { keys: keysFile, witnessKeys }: Trusted,
): Promise<Judgement> {
  const witnesses = witnessKeys === undefined ? null : keySet(witnessKeys);
  const keys = new KeyLog();
  const cosigned = [...kept];
  let identity: string | null = null;
  const { statement, kid } = await readCheckpoint(line, []);
  const trusted = keysFile === undefined ? null : keysAt(keySet(keysFile), statement.at);
  const marks = new MarksAt(statement.events);
  for (const { state, upTo, head } of missing.values()) marks.begin(state.id, upTo, head);
  for await (const event of log()) {
    const group = groupOf(event.stream);
    if (group !== null) marks.take(group, event.version, hashOf(event));
    else if (event.stream === CHECKPOINTS_STREAM) cosigned.push(...recordedUnder(line, event));
    else if (event.stream === KEYS_STREAM) {
      keys.take(event);
      identity ??= hashOf(event);
    }
  }
  const why = whyNotExtended(statement, marks);
  if (why) return { ok: false, words: why + unlessOlder(missing) };
  const { isSigned } = await readCheckpoint(line, trusted ?? [...keys.keys.values()].map(({ key }) => key));
  if (!isSigned)
    return {
      ok: false,
      words: `the checkpoint is signed by key ${kid}, which is none of ${trusted ? 'your keys' : 'the keys in the log'}`,
    };
  const { at, events, groups } = statement;
  const words = `the log goes on from the checkpoint of ${at}: ${events} events of ${groups} groups`;
  if (!witnesses) return { ok: true, words };
  const cosigning = await cosigningOf(line, identity, cosigned, witnesses);
  return cosigning.ok ? { ok: true, words: `${words}; ${cosigning.words}` } : cosigning;
}

/** Co-signatures that the log itself has of a checkpoint. */
function recordedUnder(line: string, { data }: StoredEvent): Cosigned[] {
  const { checkpoint, witnesses } = data as { checkpoint?: unknown; witnesses?: unknown };
  const read = checkpoint === line ? Cosigned.array().safeParse(witnesses) : null;
  return read?.data ?? [];
}

/** It was signed after all that is sealed without its archive here, or it cannot be told. */
function unlessOlder(missing: Missing): string {
  const [seal] = missing.values();
  return seal
    ? `; or it is older than what is sealed of ${missing.size} groups, like "${seal.state.id}": then give --archive, for that one the file with the digest ${seal.digest}`
    : '';
}
