import pLimit, { type LimitFunction } from 'p-limit';

/** Pieces of work that are under way at once; the others wait. */
const MOST_AT_ONCE = 64;

/** For commands of which very many may be due at once. Between two of them everybody else gets a turn by `giveWay`. */
export const fewAtOnce = (): LimitFunction => pLimit(MOST_AT_ONCE);
