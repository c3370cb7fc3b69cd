import { z } from 'zod';
import { EXPORT_HEADER, LogDigest, type StoredEvent } from '@conclave/event-store';
import { CutOff, eventIn, headerIn, Malformed, sealedEvents, sealedLines } from './sealed-file.js';

/** What the export of a whole log begins with. */
export const ExportHeader = z.strictObject({ export: z.literal(EXPORT_HEADER.export) });
/** `sha256`: of all bytes before this line. */
const Footer = z.strictObject({ footer: z.literal(true), events: z.int(), sha256: z.string() });
const EXPORT = { what: 'an export', header: ExportHeader, footer: Footer };

/** Before there were headers, lines were as JSON.stringify makes them, and events of form 1. */
const OfForm1 = z.looseObject({ stream: z.string(), meta: z.looseObject({ v: z.literal(1) }) });

/** The events of a whole export. Rejects where it is damaged, was changed, or ends before its footer. */
export async function* eventsOf(file: string): AsyncGenerator<StoredEvent> {
  if (await headerIn(file, OfForm1)) return yield* olderEventsOf(file);
  const { footer, events, sha256 } = yield* sealedEvents(file, EXPORT);
  checkFooter(file, events + 2, footer, { events, sha256 });
}

async function* olderEventsOf(file: string): AsyncGenerator<StoredEvent> {
  const digest = new LogDigest();
  let isOver = false;
  for await (const line of sealedLines(file, true)) {
    if (isOver) throw new Malformed(file, line.number, 'stands after the footer');
    const event = eventIn(file, line);
    if (event) {
      digest.add(event);
      yield event;
      continue;
    }
    const footer = Footer.safeParse(line.value).data;
    if (!footer) throw new Malformed(file, line.number, 'is neither an event nor a footer');
    checkFooter(file, line.number, footer, digest.copied);
    isOver = true;
  }
  if (!isOver) throw new CutOff(file, digest.events);
}

function checkFooter(
  file: string,
  line: number,
  { events, sha256 }: z.infer<typeof Footer>,
  found: { events: number; sha256: string },
): void {
  if (events !== found.events || sha256 !== found.sha256)
    throw new Malformed(
      file,
      line,
      'is a footer that does not fit what stands before it: the file was changed after it was written',
    );
}
