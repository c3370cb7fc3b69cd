import { createReadStream } from 'node:fs';
import { canonicalText, NOT_CANONICAL, Seal } from '@conclave/event-store';
import { CliError } from '../remote/cli-error.js';

// Exports and evidence have one grammar (docs/formats.md): a header, events, a footer; each line in canonical form, and
// the footer says the digest of all bytes before it. Nothing else may stand there.

/** An event has 1 MiB at the most; a line of more is none of ours. */
const LONGEST_LINE = 4 * 1024 * 1024;

/** Something stands there that Conclave did not write. */
export class Malformed extends CliError {
  constructor(file: string, line: number, what: string) {
    super(
      3,
      `"${file}" line ${line} ${what}${line === 1 ? ': this is no export of Conclave, and no evidence' : ''}.`,
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

/**
 * Reads line by line in constant memory, each once; `isOlder`: by its first line a file from before the grammar. Throws {@link Malformed}; a last line without its end is not told, and
 * whoever waits for a footer does not get one.
 */
export async function* sealedLines(
  file: string,
  isOlder: (first: object) => boolean = () => false,
): AsyncGenerator<SealedLine> {
  const seal = new Seal();
  let number = 0;
  let isFree = false;
  for await (const raw of rawLines(file)) {
    number++;
    if (raw === null) throw new Malformed(file, number, `is longer than ${LONGEST_LINE} bytes`);
    const { value, isCanonical } = valueOf(raw, (what) => new Malformed(file, number, what));
    if (number === 1) isFree = isOlder(value);
    if (!isCanonical && !isFree)
      throw new Malformed(file, number, NOT_CANONICAL.replace('stored', 'written'));
    yield { number, value, bytes: raw.length + 1, seal };
    seal.add(raw);
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
  return { value, isCanonical: canonicalText(value) === text };
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
