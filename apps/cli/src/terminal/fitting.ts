import stringWidth from 'string-width';
import wrapAnsi from 'wrap-ansi';

/** Between two columns. */
export const GAP = '  ';
/** A column of sentences is never narrower than this because of one long word in it. */
const WORD_MOST = 20;

/** The same cells with line breaks, so that the columns side by side are at most `width` characters wide. */
export function fitted(rows: readonly (readonly string[])[], width: number): string[][] {
  const columns = rows[0]?.map((_, n) => rows.map((row) => row[n] ?? '')) ?? [];
  const widths = widthsOf(columns, width - GAP.length * (columns.length - 1));
  return rows.map((row) => row.map((cell, n) => wrapAnsi(cell, widths[n]!, { hard: true })));
}

/** Ids and times stay whole as long as sentences can make room for them. */
function widthsOf(columns: readonly string[][], total: number): number[] {
  const natural = columns.map((cells) => widest(cells.flatMap((cell) => cell.split('\n'))));
  if (sum(natural) <= total) return natural;
  const least = columns.map((cells) => {
    const word = widest(cells.flatMap((cell) => cell.split(/\s/)));
    return cells.some((cell) => /\s/.test(cell)) ? Math.min(word, WORD_MOST) : word;
  });
  if (sum(least) > total) return shared(least, total).map((width) => Math.max(1, width));
  const more = shared(
    natural.map((width, n) => width - least[n]!),
    total - sum(least),
  );
  return least.map((width, n) => width + more[n]!);
}

/** Cuts the largest wishes down to one height, so that all together fit. */
function shared(wishes: readonly number[], total: number): number[] {
  let left = total;
  const given = wishes.map(() => 0);
  const bySize = wishes.map((wish, n) => ({ wish, n })).sort((a, b) => a.wish - b.wish);
  for (const [done, { wish, n }] of bySize.entries()) {
    given[n] = Math.min(wish, Math.floor(left / (wishes.length - done)));
    left -= given[n];
  }
  return given;
}

const sum = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0);
const widest = (texts: readonly string[]): number => Math.max(0, ...texts.map((text) => stringWidth(text)));
