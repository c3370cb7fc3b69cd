import { createHash } from 'node:crypto';
import type { StoredEvent } from './event-store.js';
import { digestOf } from './hash.js';
import { canonicalText, Seal } from './text.js';

/** How much was copied, and a hash that stands for it. */
export interface Copied {
  events: number;
  sha256: string;
}

/** Chain over what events are, wherever they are stored; positions differ between stores. */
export class LogDigest {
  events = 0;
  private value = '';
  add({ stream, version, id, type, data, meta }: Omit<StoredEvent, 'position'>): void {
    this.events++;
    this.value = createHash('sha256')
      .update(this.value + digestOf({ stream, version, id, type, data, meta }))
      .digest('hex');
  }
  get copied(): Copied {
    return { events: this.events, sha256: this.value };
  }
}

/** What the export of a whole log begins with (docs/formats.md). */
export const EXPORT_HEADER = { export: 2 } as const;

/** What has been written of an export. */
export interface Copying {
  digest: LogDigest;
  seal: Seal;
}
export const startCopying = (): Copying => ({ digest: new LogDigest(), seal: new Seal() });

/** What an export ends with; `sha256`: of all bytes before it. */
const footerOf = (events: number, { sha256 }: Seal): { footer: true; events: number; sha256: string } => ({
  footer: true,
  events,
  sha256,
});

/** A log as lines of an export, between a header and a footer that says how much it is; goes on where `copy` stands. */
export async function* exportLines(
  events: AsyncIterable<StoredEvent>,
  { digest, seal }: Copying,
  onEvent: (count: number) => void = () => undefined,
): AsyncGenerator<string> {
  if (digest.events === 0) yield seal.line(EXPORT_HEADER);
  for await (const event of events) {
    digest.add(event);
    onEvent(digest.events);
    yield seal.line(event);
  }
  yield `${canonicalText(footerOf(digest.events, seal))}\n`;
}
