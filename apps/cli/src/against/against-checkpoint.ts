import type { JWK } from 'jose';
import { CHECKPOINTS_STREAM, Cosigned, KeyLog, KEYS_STREAM, type CheckpointStatement } from '@conclave/audit';
import type { Iso } from '@conclave/contract';
import { hashOf, type StoredEvent } from '@conclave/event-store';
import { keysAt, keySet, whyRevoked, type TrustedKeys } from '../files/evidence-file.js';
import { readCheckpoint, type KeptCheckpoints, type ReadCheckpoint } from '../files/signed-line.js';
import { Archives } from '../histories/archives.js';
import { missingFrom, type Missing } from '../histories/merged.js';
import { Beginnings } from './beginnings.js';
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
  checkpoints: KeptCheckpoints,
  log: Log,
  trusted: Trusted,
): Promise<Judgement> {
  const seals = await missingFrom(log(), await Archives.open([]));
  const bySeals = await againstCheckpoints(checkpoints, log, seals, trusted);
  if (bySeals.ok) return bySeals;
  const words = `${judged.words}; or the log was moved or restored since it was sealed, and the checkpoint is older: then compare with the export or backup from before that`;
  return { ok: false, words };
}

/** One of several that were kept. */
interface Asked extends Pick<ReadCheckpoint, 'statement' | 'kid'> {
  line: string;
}

/** Whether a log goes on from each checkpoint of it that was kept. */
export async function againstCheckpoints(
  { lines, cosigned: kept }: KeptCheckpoints,
  log: Log,
  missing: Missing,
  { keys: keysFile, witnessKeys }: Trusted,
): Promise<Judgement> {
  const witnesses = witnessKeys === undefined ? null : keySet(witnessKeys);
  const trusted = keysFile === undefined ? null : keySet(keysFile);
  const keys = new KeyLog();
  const cosigned = new Map(lines.map((line) => [line, [...kept]]));
  let identity: string | null = null;
  const asked: Asked[] = [];
  for (const line of lines) asked.push({ line, ...(await readCheckpoint(line, [])) });
  const beginnings = new Beginnings(
    asked.map(({ statement }) => statement),
    missing,
  );
  for await (const event of log()) {
    beginnings.take(event);
    if (beginnings.problem !== null) break;
    if (event.stream === CHECKPOINTS_STREAM) keepCosigned(cosigned, event);
    if (event.stream !== KEYS_STREAM) continue;
    keys.take(event);
    identity ??= hashOf(event);
  }
  const why = beginnings.finish();
  if (why !== null) return { ok: false, words: why + unlessOlder(missing) };
  for (const { line, statement, kid } of asked) {
    const known = trusted ? keysAt(trusted, statement.at) : [...keys.keys.values()].map(({ key }) => key);
    if (!(await readCheckpoint(line, known)).isSigned)
      return {
        ok: false,
        words: `the checkpoint of ${statement.at} ${whyNotSigned(kid, known, statement.at, trusted)}`,
      };
  }
  const words = inWords(asked);
  if (!witnesses) return { ok: true, words };
  let by = '';
  for (const { line, statement } of asked) {
    const cosigning = await cosigningOf(line, identity, cosigned.get(line)!, witnesses);
    if (!cosigning.ok) return asked.length === 1 ? cosigning : ofOne(statement, cosigning);
    by = cosigning.words;
  }
  return { ok: true, words: `${words}; ${by}` };
}

function whyNotSigned(kid: string, known: readonly JWK[], at: Iso, trusted: TrustedKeys | null): string {
  const revoked = trusted && whyRevoked(trusted, kid, at);
  if (revoked) return `does not count: its ${revoked}`;
  if (known.some((key) => key.kid === kid))
    return `was changed: its signature is not of key ${kid}, which it names`;
  return `is signed by key ${kid}, which is none of ${trusted ? 'your keys' : 'the keys in the log'}`;
}

const ofOne = ({ at }: CheckpointStatement, { ok, words }: Judgement): Judgement => ({
  ok,
  words: `the checkpoint of ${at}: ${words}`,
});

function inWords(asked: readonly Asked[]): string {
  const statements = asked.map(({ statement }) => statement).sort((a, b) => a.events - b.events);
  const { at, events, groups } = statements.at(-1)!;
  const what = `${at}: ${events} events of ${groups} groups`;
  return statements.length === 1
    ? `the log goes on from the checkpoint of ${what}`
    : `the log goes on from each of ${statements.length} checkpoints, the last of ${what}`;
}

/** Co-signatures that the log itself has of these checkpoints. */
function keepCosigned(of: ReadonlyMap<unknown, Cosigned[]>, { data }: StoredEvent): void {
  const { checkpoint, witnesses } = data as { checkpoint?: unknown; witnesses?: unknown };
  const kept = of.get(checkpoint);
  if (kept) kept.push(...(Cosigned.array().safeParse(witnesses).data ?? []));
}

/** It was signed after all that is sealed without its archive here, or it cannot be told. */
function unlessOlder(missing: Missing): string {
  const [seal] = missing.values();
  return seal
    ? `; or it is older than what is sealed of ${missing.size} groups, like "${seal.state.id}": then give --archive, for that one the file with the digest ${seal.digest}`
    : '';
}
