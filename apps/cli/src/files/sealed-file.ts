import { createReadStream } from 'node:fs';
import { z } from 'zod';
import { SEAL_MOST } from '@conclave/election';
import { canonicalText, isCanonical, NOT_CANONICAL, Seal, type StoredEvent } from '@conclave/event-store';
import { CliError } from '../remote/cli-error.js';

// Exports and evidence have one grammar (docs/formats.md): a header, events, a footer; each line in canonical form, and
// the footer says the digest of all bytes before it. Nothing else may stand there.

/** A seal holds the state of a group, {@link SEAL_MOST} at the most; a line of twice as much is none of ours. */
const LONGEST_LINE = 2 * SEAL_MOST;

/** Something stands there that Conclave did not write. */
export class Malformed extends CliError {
  constructor(file: string, line: number, what: string, isOurs = line > 1) {
    super(
      3,
      `"${file}" line ${line} ${what}${isOurs ? '' : ': this is no export of Conclave, and no evidence'}.`,
    );
  }
}
/** It ends too early; what there is of it may be right. */
export class CutOff extends CliError {
  constructor(file: string, lines: number) {
    super(3, `"${file}" is cut off after line ${lines}: it has no footer. Fetch or export it again.`);
  }
}

export interface SealedLine {
  number: number;
  value: object;
  /** With its line end. */
  bytes: number;
  /** Of everything before it. */
  seal: Seal;
}

/** What a kind of file begins and ends with; `what`: its name, with its article. */
export interface Grammar<H, F> {
  what: string;
  /** As what a line before the footer goes into the digest; absent: as it stands. */
  sealedAs?: (line: object) => object;
  header: z.ZodType<H>;
  footer: z.ZodType<F>;
}
/** What stands around the events of a file, and what they are. */
export interface Sealed<H, F> {
  header: H;
  footer: F;
  events: number;
  /** Of all bytes before the footer. */
  sha256: string;
}

/** The header of a file, if it is of this kind; null for any other. */
export async function headerIn<H>(file: string, schema: z.ZodType<H>): Promise<H | null> {
  for await (const { value } of sealedLines(file, true)) return schema.safeParse(value).data ?? null;
  return null;
}

/**
 * Tells each event of a file, and at its end what stands around them. Throws {@link Malformed} or {@link CutOff}; whether
 * the footer fits is for others to judge.
 */
export async function* sealedEvents<H, F>(
  file: string,
  { what, header: headerForm, footer: footerForm, sealedAs }: Grammar<H, F>,
): AsyncGenerator<StoredEvent, Sealed<H, F>> {
  let header: H | undefined;
  let sealed: Sealed<H, F> | null = null;
  let [events, lines] = [0, 0];
  for await (const line of sealedLines(file, false, sealedAs)) {
    lines = line.number;
    if (sealed) throw new Malformed(file, lines, 'stands after the footer');
    if (header === undefined) {
      header = headerForm.safeParse(line.value).data;
      if (header === undefined) throw beginsOtherwise(file, line, what);
      continue;
    }
    const event = eventIn(file, line);
    if (event) {
      events++;
      yield event;
      continue;
    }
    const footer = footerForm.safeParse(line.value).data;
    if (footer === undefined) throw new Malformed(file, lines, 'is neither an event nor a footer');
    sealed = { header, footer, events, sha256: line.seal.sha256 };
  }
  if (!sealed) throw new CutOff(file, lines);
  return sealed;
}

/** Files of Conclave by what their header has first (docs/formats.md). */
const KINDS = { export: 'an export', evidence: 'evidence', archive: 'an archive', proof: 'a proof' };

function beginsOtherwise(file: string, { number, value }: SealedLine, what: string): Malformed {
  const [, kind] = Object.entries(KINDS).find(([name]) => name in value) ?? [];
  return kind === undefined || kind === what
    ? new Malformed(file, number, `is not the beginning of ${what}`)
    : new Malformed(file, number, `is the beginning of ${kind}, not of ${what}`, true);
}

/** Reads all of it; `take` is told each event. */
export async function readSealed<H, F>(
  file: string,
  grammar: Grammar<H, F>,
  take: (event: StoredEvent) => void,
): Promise<Sealed<H, F>> {
  const reading = sealedEvents(file, grammar);
  let next = await reading.next();
  for (; !next.done; next = await reading.next()) take(next.value);
  return next.value;
}

/** One event of a file, as it was stored; `position` is the one in the store that it came from. */
const Line = z.strictObject({
  stream: z.string().min(1),
  version: z.int().min(1),
  position: z.string(),
  id: z.guid(),
  type: z.string().min(1),
  data: z.record(z.string(), z.unknown()),
  meta: z.record(z.string(), z.unknown()),
});

/** An event, or null if the line is none at all. Throws {@link Malformed} for one that is not as it should be. */
export function eventIn(file: string, { number, value }: SealedLine): StoredEvent | null {
  if (!('stream' in value)) return null;
  const event = Line.safeParse(value);
  if (event.success) return value as StoredEvent; // not a copy: parsers leave things out
  const { stream, version } = value as Partial<StoredEvent>;
  const [issue] = event.error.issues;
  const what =
    issue!.code === 'unrecognized_keys'
      ? `the unknown field "${issue.keys[0]}"`
      : `a wrong "${issue!.path.join('.')}"`;
  throw new Malformed(file, number, `(version ${version} of "${stream}") has ${what}`);
}

/**
 * Reads line by line in constant memory, each once; `isFree`: a file from before the grammar, or not yet known. Throws
 * {@link Malformed}; a last line without its end is not told, and whoever waits for a footer does not get one.
 */
export async function* sealedLines(
  file: string,
  isFree = false,
  sealedAs?: Grammar<never, never>['sealedAs'],
): AsyncGenerator<SealedLine> {
  const seal = new Seal();
  let number = 0;
  for await (const raw of rawLines(file)) {
    number++;
    if (raw === null) throw new Malformed(file, number, `is longer than ${LONGEST_LINE} bytes`);
    const { value, isCanonical } = valueOf(raw, (what) => new Malformed(file, number, what));
    if (!isCanonical && !isFree)
      throw new Malformed(file, number, NOT_CANONICAL.replace('stored', 'written'));
    yield { number, value, bytes: raw.length + 1, seal };
    seal.add(sealedAs ? canonicalText(sealedAs(value)) : raw);
  }
}

function valueOf(raw: Buffer, malformed: (what: string) => Error): { value: object; isCanonical: boolean } {
  if (raw.length === 0) throw malformed('is empty');
  let value: unknown;
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(raw);
    value = JSON.parse(text);
  } catch {
    throw malformed('is not JSON');
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw malformed('is no JSON object');
  return { value, isCanonical: isCanonical(text, value) };
}

/** Lines without their ends; null for one that is too long, and then nothing more. */
async function* rawLines(file: string): AsyncGenerator<Buffer | null> {
  let parts: Buffer[] = [];
  let length = 0;
  for await (const chunk of createReadStream(file, { highWaterMark: 1 << 20 }) as AsyncIterable<Buffer>) {
    let from = 0;
    for (let end = chunk.indexOf(10); end !== -1; end = chunk.indexOf(10, from)) {
      const last = chunk.subarray(from, end);
      from = end + 1;
      if (length + last.length > LONGEST_LINE) return void (yield null);
      yield parts.length > 0 ? Buffer.concat([...parts, last]) : last;
      [parts, length] = [[], 0];
    }
    if (from === chunk.length) continue;
    parts.push(chunk.subarray(from));
    length += chunk.length - from;
    if (length > LONGEST_LINE) return void (yield null);
  }
}
