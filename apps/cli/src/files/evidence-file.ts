import { readFileSync } from 'node:fs';
import { calculateJwkThumbprint, compactVerify, createLocalJWKSet, type JSONWebKeySet, type JWK } from 'jose';
import { z } from 'zod';
import { Iso, type KeysReply } from '@conclave/contract';
import {
  ArchiveHeader,
  ArchiveStatement,
  EvidenceFooter,
  EvidenceHeader,
  EvidenceStatement,
  committedLine,
  lineProblem,
} from '@conclave/audit';
import { actorInWords, reasonInWords, sameJson } from '@conclave/election';
import { GENESIS_HASH, hashOf, type StoredEvent } from '@conclave/event-store';
import { CliError } from '../remote/cli-error.js';
import { headerIn, readSealed, sealedEvents } from './sealed-file.js';
import { isSignedBy, jsonIn } from './signed-line.js';

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
const ARCHIVE = {
  what: 'an archive',
  header: ArchiveHeader,
  footer: EvidenceFooter,
  sealedAs: committedLine as (line: object) => object,
};
const OfForm1 = z.looseObject({ evidence: z.literal(1) });

/** What evidence begins with; null if the file does not begin so. */
export async function evidenceHeader(file: string): Promise<EvidenceHeader | null> {
  if (!(await headerIn(file, OfForm1))) return headerIn(file, EvidenceHeader);
  throw new CliError(
    3,
    `"${file}" is evidence of the older form 1; the Conclave that wrote it can verify it.`,
  );
}

/** What an archive begins with; null if the file does not begin so. */
export const archiveHeader = async (file: string): Promise<ArchiveHeader | null> =>
  headerIn(file, ArchiveHeader);

/** The events of an archive. */
export async function* archivedEvents(file: string): AsyncGenerator<StoredEvent> {
  yield* sealedEvents(file, ARCHIVE);
}

/** The events of an evidence file; {@link signatureOf} tells whether they are what was signed. */
export async function* evidenceEvents(file: string): AsyncGenerator<StoredEvent> {
  yield* sealedEvents(file, EVIDENCE);
}

/** An archive, as far as the file says it itself. */
export interface Archive {
  file: string;
  header: ArchiveHeader;
  events: number;
  digest: string;
  head: string;
  /** When the last event in it was. */
  until: string;
  footer: EvidenceFooter;
  /** Why it cannot be what a server signed; null if it is. */
  problem: string | null;
}

export async function readArchive(file: string): Promise<Archive> {
  let [head, until, last] = ['', '', 0];
  let people: string | null = null;
  const { header, footer, events, sha256 } = await readSealed(file, ARCHIVE, (event) => {
    head = String(hashOf(event));
    until = String((event.meta as { at?: string }).at);
    last = event.version;
    people ??= lineProblem(event);
  });
  const { sealed: _, salts: __, ...rest } = header;
  const found: ArchiveStatement = { ...rest, events, sha256, head };
  const isWhole = last === header.upTo && events === header.upTo - (header.sealed?.upTo ?? 0);
  people ??= lineProblem(header);
  const problem = isWhole
    ? (people ?? (await problemOf(footer, found, ArchiveStatement)))
    : 'events are missing in it';
  return { file, header, events, digest: sha256, head, until, footer, problem };
}

/** Checks the signature over everything that the file holds. */
export async function signatureOf(file: string, trusted: TrustedKeys | null): Promise<Signature> {
  let head = '';
  const { header, footer, events, sha256 } = await readSealed(file, EVIDENCE, (event) => {
    head = String(hashOf(event));
  });
  const { sealed, salts: _, ...rest } = header;
  if (events === 0) head = sealed?.head ?? GENESIS_HASH; // a window behind what is sealed, in which nothing happened
  const found: EvidenceStatement = { ...rest, events, sha256, head };
  const { group, window, exportedAt } = header;
  const problem = await problemOf(footer, found, EvidenceStatement);
  return judged({ group, window, exportedAt, events, problem }, footer, trusted);
}

/** An archive does not say when it was signed: what is revoked is worth nothing there. */
async function archiveSignature(file: string, trusted: TrustedKeys | null): Promise<Signature> {
  const { header, events, until, footer, problem } = await readArchive(file);
  const about = { group: header.group, window: { since: null, until }, exportedAt: until, events, problem };
  return judged(about, footer, trusted, true);
}

async function judged(
  about: Omit<Signature, 'kid' | 'isTrusted'>,
  { key, signature }: EvidenceFooter,
  trusted: TrustedKeys | null,
  isUndated = false,
): Promise<Signature> {
  const kid = await calculateJwkThumbprint(key as never).catch(() => 'unreadable');
  const revoked = trusted && whyRevoked(trusted, kid, isUndated ? null : about.exportedAt);
  const keys = trusted && [...trusted.keys, ...(trusted.revoked ?? []).map((one) => one.key as JWK)];
  const isTrusted = keys && (await isSignedBy(signature, keys));
  return { ...about, kid, isTrusted, problem: revoked ? `its ${revoked}` : about.problem };
}

/** Of a file that is evidence or an archive; null for any other. `keys`: a file of those that the reader trusts. */
export async function signatureIn(
  file: string | undefined,
  keys: string | undefined,
): Promise<Signature | null> {
  if (file === undefined) return null;
  const trusted = keys === undefined ? null : keySet(keys);
  if (await archiveHeader(file)) return archiveSignature(file, trusted);
  return (await evidenceHeader(file)) ? signatureOf(file, trusted) : null;
}

async function problemOf<T extends EvidenceStatement | ArchiveStatement>(
  { signature, key, events, sha256, head }: EvidenceFooter,
  found: T,
  form: z.ZodType<T>,
): Promise<string | null> {
  if (!sameJson({ events, sha256, head }, { events: found.events, sha256: found.sha256, head: found.head }))
    return 'its footer does not fit what stands before it';
  try {
    const { payload } = await compactVerify(signature, createLocalJWKSet({ keys: [key as never] }));
    return sameJson(form.parse(JSON.parse(new TextDecoder().decode(payload))), found)
      ? null
      : 'the signature is of something else';
  } catch {
    return 'its signature is not of the key that it names';
  }
}

/** What `GET /v1/keys` answers: a JWK set, and keys that were revoked. */
export type TrustedKeys = JSONWebKeySet & Partial<Pick<KeysReply, 'revoked'>>;
const Revoked = z.object({ key: z.object({ kid: z.string() }), since: Iso.nullable() });
const KeySet = z.object({ keys: z.object({ kty: z.string() }).array(), revoked: Revoked.array().optional() });

/** A JWK set from a file. Throws {@link CliError} (2). */
export function keySet(file: string): TrustedKeys {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw new CliError(2, `keys "${file}": ${(error as Error).message}`);
  }
  const json = jsonIn(text);
  if (KeySet.safeParse(json).success) return json as TrustedKeys;
  throw new CliError(2, `keys "${file}" is no JWK set. Save what GET /v1/keys of your server answers.`);
}

/** Of a revoked key what it signed before counts (docs/formats.md); of one that was never to be trusted nothing does. */
const countsOf = ({ since }: KeysReply['revoked'][number], at: Iso): boolean => since !== null && at < since;

/** The keys by which something may be signed at an instant. */
export const keysAt = ({ keys, revoked = [] }: TrustedKeys, at: Iso): JWK[] => [
  ...keys,
  ...revoked.filter((one) => countsOf(one, at)).map(({ key }) => key as JWK),
];

/** Why what a key signed at an instant (null: at whichever) is worth nothing; null if nobody took that key away. */
export function whyRevoked({ revoked = [] }: TrustedKeys, kid: string, at: Iso | null): string | null {
  const found = revoked.find(({ key }) => key.kid === kid);
  if (!found || (at !== null && countsOf(found, at))) return null;
  return `key ${kid} was revoked by ${actorInWords(found.actor)} at ${found.at}${found.reason ? `: ${reasonInWords(found.reason)}` : ''}`;
}
