import { Readable } from 'node:stream';

/** So much is handed on at once. */
const PIECE_CHARS = 16_384;

/**
 * An object with one long list, made as fast as the client takes it, so that no list is too long to be answered. `rest`: its
 * other fields, asked for when all items are known. Rejects with what keeps the first one from being made.
 */
export async function jsonList(
  name: string,
  items: AsyncGenerator<object>,
  rest: () => object,
): Promise<Readable> {
  const first = await items.next();
  return Readable.from(pieces(name, first, items, rest), { highWaterMark: 4 });
}

async function* pieces(
  name: string,
  first: IteratorResult<object>,
  others: AsyncGenerator<object>,
  rest: () => object,
): AsyncGenerator<string> {
  let text = `{${JSON.stringify(name)}:[${first.done ? '' : JSON.stringify(first.value)}`;
  for await (const item of others) {
    text += `,${JSON.stringify(item)}`;
    if (text.length < PIECE_CHARS) continue;
    yield text;
    text = '';
  }
  yield `${text}],${JSON.stringify(rest()).slice(1)}`;
}
