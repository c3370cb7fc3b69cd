import type { Salts } from '@conclave/contract';
import type { z } from 'zod';
import type { SealedHistory } from '@conclave/election';
import { forgetting, linked, peopleProblem, type StoredEvent } from '@conclave/event-store';

// The digest of an archive is of what is hashed, not of names and salts: an archive of which somebody is forgotten still is
// the one that was sealed (docs/formats.md).

/** A line of an archive: its header, or an event. */
type Line = StoredEvent | Header;
interface Header {
  archive: number;
  sealed?: SealedHistory | undefined;
  salts?: z.infer<typeof Salts> | undefined;
}

/** What stands before an archive is as it stands in the log: the data of a seal, with the salts beside it. */
const sealIn = ({ sealed, salts }: Header) => ({
  type: 'HistorySealed',
  data: sealed ?? {},
  meta: { ...(salts && { salts }) },
});

function withSeal({ sealed: _, salts: __, ...rest }: Header, seal: ReturnType<typeof sealIn>): Line {
  return { ...rest, ...seal.meta, ...(_ && { sealed: seal.data as SealedHistory }) };
}

/** As the digest takes it: with commitments in place of people. */
export const committedLine = (line: Line): Line =>
  'stream' in line ? linked(line) : withSeal(line, linked(sealIn(line)));

/** The same line without these people; its digest is what it was. */
export const forgettingLine = (line: Line, isToGo: (person: string) => boolean): Line =>
  'stream' in line ? forgetting(line, isToGo) : withSeal(line, forgetting(sealIn(line), isToGo));

/** What is wrong with who is named in it: the digest says nothing of that. */
export const lineProblem = (line: Line): string | null =>
  peopleProblem('stream' in line ? line : sealIn(line));
