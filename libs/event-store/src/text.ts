import { createHash } from 'node:crypto';
import { configure } from 'safe-stable-stringify';
import type { StoredEvent } from './event-store.js';

// What is hashed is what is stored: data and meta stand in a store, and every line in a file, in their RFC 8785 form.
// Text in another form says the same to most readers and something else to some: a key twice, 1.0 for 1.

const stringify = configure({ strict: true, deterministic: true });
/** Half of a pair that stands alone is escaped so, and nothing else is. */
const LONE_SURROGATE = /(?<!\\)(?:\\\\)*\\ud/;

/** A JSON value in its one form. Throws if it has none: text that is no Unicode, or what is nested thousands deep. */
export function canonicalText(value: unknown): string {
  const text = isInOrder(value) ? JSON.stringify(value) : stringify(value);
  if (text === undefined) throw new TypeError('nothing has no canonical form');
  if (text.includes('\\ud') && LONE_SURROGATE.test(text))
    throw new Error('text with a lone surrogate has no canonical form');
  return text;
}

/** Names stand in their order, as in all that was read from a store; then it is written several times as fast. */
function isInOrder(value: unknown): boolean {
  if (typeof value === 'number') return Number.isFinite(value);
  if (typeof value === 'string' || typeof value === 'boolean' || value === null) return true;
  if (Array.isArray(value)) {
    for (const one of value as unknown[])
      if (typeof one === 'number' ? !Number.isFinite(one) : !isInOrder(one)) return false;
    return true;
  }
  if (typeof value !== 'object' || Object.getPrototypeOf(value) !== Object.prototype) return false;
  let before = '';
  for (const name in value) {
    if (name < before || name === 'toJSON' || !isInOrder((value as Record<string, unknown>)[name]))
      return false;
    before = name;
  }
  return true;
}

/** Whether a JSON value was written in that form. */
export function isCanonical(text: string, value: unknown): boolean {
  try {
    return text === canonicalText(value);
  } catch {
    return false;
  }
}

interface Text {
  data: string;
  meta: string;
}
/** Not to be seen by whoever compares or copies events, and gone with them: a WeakMap would hold it until a full collection. */
const TEXT = Symbol('text');

/** Keeps, beside an event that was read, what stood in the store. */
export function keepText(event: StoredEvent, text: Text): StoredEvent {
  return Object.defineProperty(event, TEXT, { value: text });
}

/** Why the text in the store says something else to other readers than it says here; null if it does not, or is not known. */
export function textProblem(event: StoredEvent): string | null {
  const text = (event as { [TEXT]?: Text })[TEXT];
  if (!text) return null;
  for (const part of ['data', 'meta'] as const)
    if (!isCanonical(text[part], event[part])) return `${part} ${NOT_CANONICAL}`;
  return null;
}

export const NOT_CANONICAL =
  'is not stored in its canonical form (RFC 8785): a key stands there twice, or keys, numbers or white space are not as Conclave writes them';

/** Digest of all bytes of a file so far: lines in canonical form, each with its end (docs/formats.md). */
export class Seal {
  private readonly hash = createHash('sha256');

  /** A line that was read, without its end. */
  add(line: Uint8Array | string): void {
    this.hash.update(line);
    this.hash.update('\n');
  }

  /** A line that is written: its text, with its end. */
  line(value: object): string {
    const text = canonicalText(value);
    this.add(text);
    return `${text}\n`;
  }

  get sha256(): string {
    return this.hash.copy().digest('hex');
  }
}
