import { Readable } from 'node:stream';

export const NDJSON = 'application/x-ndjson';

/** One line an item, made as fast as the client takes them. */
export const ndjson = (items: AsyncIterable<object>): Readable =>
  Readable.from(lines(items), { highWaterMark: 64 });

async function* lines(items: AsyncIterable<object>): AsyncGenerator<string> {
  for await (const item of items) yield `${JSON.stringify(item)}\n`;
}
