import { giveWay } from '@conclave/kernel';
import pLimit from 'p-limit';

/** Pieces of work that are under way at once; the others wait. */
const MOST_AT_ONCE = 64;

/** For commands of which very many may be due at once: between two of them everybody else gets a turn. */
export function inTurns(): <T>(work: () => Promise<T>) => Promise<T> {
  const limit = pLimit(MOST_AT_ONCE);
  return async (work) =>
    limit(async () => {
      await giveWay();
      return work();
    });
}
