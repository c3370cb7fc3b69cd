import { z } from 'zod';
import { LogDigest, type Seal, type StoredEvent } from '@conclave/event-store';
import { CutOff, Malformed, sealedLines, type SealedLine } from './sealed-file.js';

/** What the export of a whole log begins with. */
export const ExportHeader = z.strictObject({ export: z.literal(2) });
/** One event of an export, as it was stored; `position` is the one in the store that it came from. */
const Line = z.strictObject({
  stream: z.string().min(1),
  version: z.int().min(1),
  position: z.string(),
  id: z.guid(),
  type: z.string().min(1),
  data: z.record(z.string(), z.unknown()),
  meta: z.record(z.string(), z.unknown()),
});
/** `sha256`: of all bytes before this line. */
const Footer = z.strictObject({ footer: z.literal(true), events: z.int(), sha256: z.string() });
export type Line = StoredEvent;

/** An event, or null if the line is none at all. Throws {@link Malformed} for one that is not as it should be. */
export function eventIn(file: string, { number, value }: SealedLine): Line | null {
  if (!('stream' in value)) return null;
  const event = Line.safeParse(value);
  if (event.success) return value as Line; // not a copy: parsers leave things out
  const { stream, version } = value as Partial<Line>;
  const [issue] = event.error.issues;
  const what =
    issue!.code === 'unrecognized_keys'
      ? `the unknown field "${issue!.keys[0]}"`
      : `a wrong "${issue!.path.join('.')}"`;
  throw new Malformed(file, number, `(version ${version} of "${stream}") has ${what}`);
}

/** The events of a whole export. Rejects where it is damaged, was changed, or ends before its footer. */
export async function* eventsOf(file: string): AsyncGenerator<Line> {
  let events = 0;
  let isOlder = false;
  let isOver = false;
  const digest = new LogDigest();
  let lines = 0;
  for await (const line of sealedLines(file, isOfForm1)) {
    lines = line.number;
    if (isOver) throw new Malformed(file, line.number, 'stands after the footer');
    if (line.number === 1 && ExportHeader.safeParse(line.value).success) continue;
    if (line.number === 1) isOlder = checkOlder(file, line);
    const event = eventIn(file, line);
    if (event) {
      events++;
      if (isOlder) digest.add(event);
      yield event;
      continue;
    }
    checkFooter(file, line, { events, sha256: isOlder ? digest.copied.sha256 : line.seal.sha256 });
    isOver = true;
  }
  if (!isOver) throw new CutOff(file, lines);
}

/** Before there were headers, lines were as JSON.stringify makes them, and events of form 1. */
const isOfForm1 = (first: object): boolean =>
  'stream' in first && (first as { meta?: { v?: unknown } }).meta?.v === 1;

function checkOlder(file: string, { number, value }: SealedLine): boolean {
  if (isOfForm1(value)) return true;
  throw new Malformed(file, number, 'is not the beginning of an export');
}

function checkFooter(file: string, line: SealedLine, found: { events: number; sha256: string }): void {
  const footer = Footer.safeParse(line.value);
  if (!footer.success) throw new Malformed(file, line.number, 'is neither an event nor a footer');
  const { events, sha256 } = footer.data;
  if (events !== found.events || sha256 !== found.sha256)
    throw new Malformed(
      file,
      line.number,
      'is a footer that does not fit what stands before it: the file was changed after it was written',
    );
}

/** What an export ends with. */
export const footerOf = (events: number, seal: Seal): z.infer<typeof Footer> => ({
  footer: true,
  events,
  sha256: seal.sha256,
});
