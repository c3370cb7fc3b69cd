import { readFileSync } from 'node:fs';
import { calculateJwkThumbprint, compactVerify, createLocalJWKSet, type JSONWebKeySet, type JWK } from 'jose';
import type { KeysReply } from '@conclave/contract';
import { EvidenceFooter, EvidenceHeader, EvidenceStatement, sameJson } from '@conclave/audit';
import { CliError } from '../remote/cli-error.js';
import { eventIn, type Line } from './log-file.js';
import { CutOff, Malformed, sealedLines } from './sealed-file.js';

/** Of the signature under an evidence file. */
export interface Signature {
  group: string;
  window: EvidenceHeader['window'];
  exportedAt: string;
  events: number;
  /** Thumbprint of the key that signed. */
  kid: string;
  /** True if the key is one of those that the reader trusts; null if it named none. */
  isTrusted: boolean | null;
  /** Why the file cannot be what a server signed; null if it is. */
  problem: string | null;
}

/** What evidence begins with; null if the file does not begin so. */
export async function evidenceHeader(file: string): Promise<EvidenceHeader | null> {
  for await (const { value } of sealedLines(file, () => true)) {
    if ((value as { evidence?: unknown }).evidence === 1)
      throw new CliError(
        3,
        `"${file}" is evidence of the older form 1; the Conclave that wrote it can verify it.`,
      );
    return EvidenceHeader.safeParse(value).data ?? null;
  }
  return null;
}

/** What stands under the events of an evidence file. */
interface Read {
  header: EvidenceHeader;
  footer: EvidenceFooter;
  found: EvidenceStatement;
}

/**
 * Reads the whole of it and tells each event. Throws {@link Malformed} or {@link CutOff}; whether it is what was signed
 * {@link signatureOf} tells.
 */
async function* readEvidence(file: string): AsyncGenerator<Line, Read> {
  let header: EvidenceHeader | undefined;
  let read: Read | null = null;
  let [events, lines, head] = [0, 0, ''];
  for await (const line of sealedLines(file)) {
    lines = line.number;
    if (read) throw new Malformed(file, lines, 'stands after the footer');
    if (!header) {
      header = EvidenceHeader.safeParse(line.value).data;
      if (!header) throw new Malformed(file, lines, 'is not the beginning of evidence');
      continue;
    }
    const event = eventIn(file, line);
    if (event) {
      events++;
      head = String((event.meta as { hash?: unknown }).hash);
      yield event;
      continue;
    }
    const footer = EvidenceFooter.safeParse(line.value).data;
    if (!footer) throw new Malformed(file, lines, 'is neither an event nor a footer');
    read = { header, footer, found: { ...header, events, sha256: line.seal.sha256, head } };
  }
  if (!read) throw new CutOff(file, lines);
  return read;
}

/** The events of an evidence file; {@link signatureOf} tells whether they are what was signed. */
export async function* evidenceEvents(file: string): AsyncGenerator<Line> {
  yield* readEvidence(file);
}

/**
 * Checks the signature over everything that the file holds. `trusted`: a JWK set, as `GET /v1/keys` answers
 * it.
 */
export async function signatureOf(file: string, trusted: TrustedKeys | null): Promise<Signature> {
  const reading = readEvidence(file);
  let next = await reading.next();
  while (!next.done) next = await reading.next();
  const { header, footer, found } = next.value;
  const kid = await calculateJwkThumbprint(footer.key as never).catch(() => 'unreadable');
  const { group, window, exportedAt } = header;
  const revoked = trusted?.revoked?.find(({ key }) => key.kid === kid);
  const isSpoilt = revoked && (revoked.since === null || exportedAt >= revoked.since);
  const problem = isSpoilt
    ? `its key ${kid} was revoked by ${revoked.actor} at ${revoked.at}${revoked.reason ? `: ${revoked.reason}` : ''}`
    : await problemOf(footer, found);
  const all = trusted && { keys: [...trusted.keys, ...(revoked ? [revoked.key as JWK] : [])] };
  const isTrusted = all ? await isSignedBy(footer.signature, all) : null;
  return { group, window, exportedAt, events: found.events, kid, isTrusted, problem };
}

/** Of a file that is evidence; null for any other. `keys`: a file of those that the reader trusts. */
export async function signatureIn(
  file: string | undefined,
  keys: string | undefined,
): Promise<Signature | null> {
  return file !== undefined && (await evidenceHeader(file))
    ? signatureOf(file, keys === undefined ? null : keySet(keys))
    : null;
}

async function problemOf(
  { signature, key, events, sha256, head }: EvidenceFooter,
  found: EvidenceStatement,
): Promise<string | null> {
  if (!sameJson({ events, sha256, head }, { events: found.events, sha256: found.sha256, head: found.head }))
    return 'its footer does not fit what stands before it';
  try {
    const { payload } = await compactVerify(signature, createLocalJWKSet({ keys: [key as never] }));
    return sameJson(EvidenceStatement.parse(JSON.parse(new TextDecoder().decode(payload))), found)
      ? null
      : 'the signature is of something else';
  } catch {
    return 'its signature is not of the key that it names';
  }
}

async function isSignedBy(signature: string, keys: JSONWebKeySet): Promise<boolean> {
  return compactVerify(signature, createLocalJWKSet(keys)).then(
    () => true,
    () => false,
  );
}

/** What `GET /v1/keys` answers: a JWK set, and keys that were revoked. */
export type TrustedKeys = JSONWebKeySet & Partial<Pick<KeysReply, 'revoked'>>;

/** A JWK set from a file. Throws {@link CliError} (2). */
export function keySet(file: string): TrustedKeys {
  let json: unknown;
  try {
    json = JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new CliError(2, `keys "${file}": ${(error as Error).message}`);
  }
  if (Array.isArray((json as { keys?: unknown }).keys)) return json as TrustedKeys;
  throw new CliError(2, `keys "${file}" is no JWK set. Save what GET /v1/keys of your server answers.`);
}
