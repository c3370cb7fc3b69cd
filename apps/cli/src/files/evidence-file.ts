import { readFileSync } from 'node:fs';
import { calculateJwkThumbprint, compactVerify, createLocalJWKSet, type JSONWebKeySet, type JWK } from 'jose';
import { z } from 'zod';
import type { KeysReply } from '@conclave/contract';
import { EvidenceFooter, EvidenceHeader, EvidenceStatement, sameJson } from '@conclave/audit';
import { hashOf, type StoredEvent } from '@conclave/event-store';
import { CliError } from '../remote/cli-error.js';
import { headerIn, readSealed, sealedEvents } from './sealed-file.js';

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

const EVIDENCE = { what: 'evidence', header: EvidenceHeader, footer: EvidenceFooter };
const OfForm1 = z.looseObject({ evidence: z.literal(1) });

/** What evidence begins with; null if the file does not begin so. */
export async function evidenceHeader(file: string): Promise<EvidenceHeader | null> {
  if (!(await headerIn(file, OfForm1))) return headerIn(file, EvidenceHeader);
  throw new CliError(
    3,
    `"${file}" is evidence of the older form 1; the Conclave that wrote it can verify it.`,
  );
}

/** The events of an evidence file; {@link signatureOf} tells whether they are what was signed. */
export async function* evidenceEvents(file: string): AsyncGenerator<StoredEvent> {
  yield* sealedEvents(file, EVIDENCE);
}

/**
 * Checks the signature over everything that the file holds. `trusted`: a JWK set, as `GET /v1/keys` answers
 * it.
 */
export async function signatureOf(file: string, trusted: TrustedKeys | null): Promise<Signature> {
  let head = '';
  const { header, footer, events, sha256 } = await readSealed(file, EVIDENCE, (event) => {
    head = String(hashOf(event));
  });
  const found: EvidenceStatement = { ...header, events, sha256, head };
  const kid = await calculateJwkThumbprint(footer.key as never).catch(() => 'unreadable');
  const { group, window, exportedAt } = header;
  const revoked = trusted?.revoked?.find(({ key }) => key.kid === kid);
  const isSpoilt = revoked && (revoked.since === null || exportedAt >= revoked.since);
  const problem = isSpoilt
    ? `its key ${kid} was revoked by ${revoked.actor} at ${revoked.at}${revoked.reason ? `: ${revoked.reason}` : ''}`
    : await problemOf(footer, found);
  const all = trusted && { keys: [...trusted.keys, ...(revoked ? [revoked.key as JWK] : [])] };
  const isTrusted = all ? await isSignedBy(footer.signature, all) : null;
  return { group, window, exportedAt, events, kid, isTrusted, problem };
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
