import type { ArchiveHeader, EvidenceHeader } from '@conclave/audit';
import type { Id } from '@conclave/election';
import type { EventStore, StoredEvent } from '@conclave/event-store';
import {
  archivedEvents,
  archiveHeader,
  evidenceEvents,
  evidenceHeader,
  signatureIn,
} from '../files/evidence-file.js';
import { eventsOf } from '../files/log-file.js';
import { regularFile } from '../files/regular-file.js';
import { storeAt } from '../files/store-at.js';
import { CliError } from '../remote/cli-error.js';
import type { StatedSeal } from './seals-in.js';

/** Where histories are, beside archives. */
export interface Log {
  name: string;
  /** Every event, in the one order of the log. */
  all: () => AsyncIterable<StoredEvent>;
  store: EventStore | null;
  /** It knows nothing of what was later; null: it knows all. */
  until: string | null;
  /** The one group that it is of, if it was asked for because of archives. */
  only?: Id;
  /** What it says itself of what is sealed before its first event: evidence does, and archives. */
  sealed?: StatedSeal | undefined;
}

/** An export of a log, evidence, or an archive: refused if it is not what was signed, unless it is to be verified. */
export async function logInFile(file: string, isToBeVerified: boolean): Promise<Log> {
  regularFile(file);
  const problem = isToBeVerified ? null : ((await signatureIn(file, undefined))?.problem ?? null);
  if (problem !== null)
    throw new CliError(
      3,
      `"${file}" is not what was signed (${problem}). "conclave verify --file" says more.`,
    );
  const log = { name: `"${file}"`, store: null, until: null };
  const archive = await archiveHeader(file);
  if (archive) return { ...log, all: () => archivedEvents(file), sealed: statedIn(archive) };
  const header = await evidenceHeader(file);
  if (!header) return { ...log, all: () => eventsOf(file) };
  return { ...log, all: () => evidenceEvents(file), until: header.window.until, sealed: statedIn(header) };
}

/** A database file whose server is stopped, or EventStoreDB. */
export async function logInStore(name: string): Promise<Log> {
  const store = await storeAt(name, true);
  const { wholeLog } = await import('@conclave/coordination'); // it brings Nest along
  return { name: store.name, all: () => wholeLog(store), store, until: null };
}

const statedIn = ({ sealed, salts }: ArchiveHeader | EvidenceHeader): StatedSeal | undefined =>
  sealed && { ...sealed, salts };
