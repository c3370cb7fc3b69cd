import { z } from 'zod';

/** What a notice can be about; `test` is asked for by hand. */
export const NoticeType = z.enum([
  'leader-changed',
  'leaderless',
  'leader-found',
  'handover',
  'runner-silent',
  'taint-expired',
  'order',
  'clock-stepped',
  'test',
]);
export type NoticeType = z.infer<typeof NoticeType>;

const Plain = z.enum([
  'leader-changed',
  'handover',
  'runner-silent',
  'taint-expired',
  'order',
  'clock-stepped',
]);
const Leaderless = z.strictObject({
  leaderless: z.strictObject({
    afterMs: z
      .int()
      .min(0)
      .max(30 * 86_400_000),
  }),
});

/** As it stands in the file of webhooks. */
export const Filter = z.union([Plain, Leaderless], {
  error: `must be ${Plain.options.join(', ')}, or leaderless: {afterMs: 60000}`,
});
export type Filter = z.infer<typeof Filter>;

/** What an endpoint is told of. */
export interface Wanted {
  types: ReadonlySet<NoticeType>;
  /** Of vacancies that last longer; null: of none. */
  leaderlessAfterMs: number | null;
}

export function wantedOf(filters: readonly Filter[]): Wanted {
  const types = new Set<NoticeType>();
  let leaderlessAfterMs: number | null = null;
  for (const filter of filters) {
    if (typeof filter === 'string') types.add(filter);
    else leaderlessAfterMs = filter.leaderless.afterMs;
  }
  return { types, leaderlessAfterMs };
}

/** In words, as lists show it. */
export const filterInWords = (filter: Filter): string =>
  typeof filter === 'string' ? filter : `leaderless for ${filter.leaderless.afterMs} ms`;
