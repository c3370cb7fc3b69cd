import { createReadStream } from 'node:fs';
import { z } from 'zod';
import { LogDigest, type StoredEvent } from '@conclave/event-store';

/** One event of an export, as it was stored; `position` is the one in the store that it came from. */
const Line = z.strictObject({
  stream: z.string().min(1),
  version: z.int().min(1),
  position: z.string().optional(),
  id: z.guid(),
  type: z.string().min(1),
  data: z.record(z.string(), z.unknown()),
  meta: z.record(z.string(), z.unknown()),
});
const Footer = z.strictObject({ footer: z.literal(true), events: z.int(), sha256: z.string() });
export type Line = Omit<StoredEvent, 'position'> & { position?: string };
export type Footer = z.infer<typeof Footer>;

/** What a line of an export holds; null if it is neither an event nor a footer. */
export function parsedLine(text: string): Line | Footer | null {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return null;
  }
  const event = Line.safeParse(json);
  if (event.success) return event.data as Line;
  return Footer.safeParse(json).data ?? null;
}

/**
 * Lines of a text file; `isWhole` is false for a last one without its line end. Only `\n` ends a line: JSON
 * may hold U+2028 and the like, where `readline` would split.
 */
export async function* linesOf(
  file: string,
): AsyncGenerator<{ line: string; bytes: number; isWhole: boolean }> {
  let rest = '';
  for await (const chunk of createReadStream(file, 'utf8') as AsyncIterable<string>) {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop()!;
    for (const line of lines) yield { line, bytes: Buffer.byteLength(line) + 1, isWhole: true };
  }
  if (rest !== '') yield { line: rest, bytes: Buffer.byteLength(rest), isWhole: false };
}

/** The events of a whole export. Rejects where it is damaged, was changed, or ends before its footer. */
export async function* eventsOf(file: string): AsyncGenerator<Line> {
  const digest = new LogDigest();
  for await (const { line } of linesOf(file)) {
    const parsed = parsedLine(line);
    if (!parsed)
      throw new Error(
        `"${file}" line ${digest.events + 1} is no event: this is no export of Conclave, or it is damaged.`,
      );
    if (!('footer' in parsed)) {
      digest.add(parsed);
      yield parsed;
    } else if (parsed.events === digest.events && parsed.sha256 === digest.copied.sha256) return;
    else throw new Error(`"${file}" was changed after it was written: its footer does not fit its events.`);
  }
  throw new Error(
    `"${file}" has no footer: the export was interrupted. Run it again, it goes on where it stopped.`,
  );
}
