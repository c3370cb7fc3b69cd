import { ask } from './ask.js';

/** All items of an answer that comes in pages: how much is on one depends on what it carries. `isCut`: there are more. */
export async function pages<Page extends { next: number | string | null }, Item>(
  path: (from: NonNullable<Page['next']> | null) => string,
  itemsOf: (page: Page) => Item[],
  signal: AbortSignal | undefined,
  most = Infinity,
): Promise<{ all: Item[]; isCut: boolean }> {
  const all: Item[] = [];
  let from: Page['next'] = null;
  for (let n = 0; n < most; n++) {
    const page: Page = await ask<Page>(path(from), { signal });
    all.push(...itemsOf(page));
    from = page.next;
    if (from === null) return { all, isCut: false };
  }
  return { all, isCut: true };
}

/** Of a path that says where the first page begins. */
export const pathFrom = (path: string) => (next: number | null) =>
  next === null ? path : path.replace(/from=\d+/, `from=${next}`);
