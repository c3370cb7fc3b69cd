import { readFileSync } from 'node:fs';
import { calculateJwkThumbprint, compactVerify, createLocalJWKSet, type JSONWebKeySet } from 'jose';
import { EvidenceFooter, EvidenceHeader, EvidenceStatement, sameJson } from '@conclave/audit';
import { LogDigest } from '@conclave/event-store';
import { CliError } from '../remote/cli-error.js';
import { linesOf, parsedLine, type Line } from './log-file.js';

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
  for await (const { line } of linesOf(file)) return EvidenceHeader.safeParse(jsonOf(line)).data ?? null;
  return null;
}

/** The events of an evidence file, unchecked: {@link signatureOf} tells whether they are what was signed. */
export async function* evidenceEvents(file: string): AsyncGenerator<Line> {
  for await (const { line } of linesOf(file)) {
    const parsed = parsedLine(line);
    if (parsed && !('footer' in parsed)) yield parsed;
  }
}

/**
 * Checks the signature over everything that the file holds. `trusted`: a JWK set, as `GET /v1/keys` answers
 * it.
 */
export async function signatureOf(file: string, trusted: JSONWebKeySet | null): Promise<Signature> {
  let header: EvidenceHeader | null = null;
  let footer: EvidenceFooter | null = null;
  const digest = new LogDigest();
  let head = '';
  let stray = 0;
  for await (const { line } of linesOf(file)) {
    const event = parsedLine(line);
    if (event && !('footer' in event) && !footer) {
      digest.add(event);
      head = String((event.meta as { hash?: unknown }).hash);
    } else if (!header) header = EvidenceHeader.safeParse(jsonOf(line)).data ?? null;
    else if (!footer) footer = EvidenceFooter.safeParse(jsonOf(line)).data ?? null;
    else stray++;
    if (!header) break;
  }
  if (!header) throw new CliError(3, `"${file}" is no evidence file.`);
  if (!footer) throw new CliError(3, `"${file}" has no footer: it was cut off. Fetch it again.`);
  const kid = await calculateJwkThumbprint(footer.key as never).catch(() => 'unreadable');
  const { group, window, exportedAt } = header;
  const found: EvidenceStatement = { ...header, ...digest.copied, head };
  const problem = stray > 0 ? 'there are lines after the footer' : await problemOf(footer, found);
  const isTrusted = trusted ? await isSignedBy(footer.signature, trusted) : null;
  return { group, window, exportedAt, events: digest.events, kid, isTrusted, problem };
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
    return 'its footer does not fit its events';
  try {
    const { payload } = await compactVerify(signature, createLocalJWKSet({ keys: [key as never] }));
    return sameJson(EvidenceStatement.parse(jsonOf(new TextDecoder().decode(payload))), found)
      ? null
      : 'the signature is of other events';
  } catch (error) {
    return `its signature is wrong: ${(error as Error).message}`;
  }
}

async function isSignedBy(signature: string, keys: JSONWebKeySet): Promise<boolean> {
  return compactVerify(signature, createLocalJWKSet(keys)).then(
    () => true,
    () => false,
  );
}

/** A JWK set from a file. Throws {@link CliError} (2). */
function keySet(file: string): JSONWebKeySet {
  let json: unknown;
  try {
    json = JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new CliError(2, `keys "${file}": ${(error as Error).message}`);
  }
  if (Array.isArray((json as { keys?: unknown }).keys)) return json as JSONWebKeySet;
  throw new CliError(2, `keys "${file}" is no JWK set. Save what GET /v1/keys of your server answers.`);
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
