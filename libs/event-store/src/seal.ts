import { createHash } from 'node:crypto';
import { canonicalText } from './text.js';

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
