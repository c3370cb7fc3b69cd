import type { TenuresPage } from '@conclave/contract';

type Tenure = TenuresPage['tenures'][number];

/** Until when nobody led after a term that has ended. `next`: the term after it, if it is among those that were asked for. */
export function vacantUntil(
  { to, leaderlessAfterMs }: Tenure,
  next: Tenure | undefined,
  nowMs: number,
): number {
  if (next) return Date.parse(next.from);
  return leaderlessAfterMs === null ? nowMs : Date.parse(to!) + leaderlessAfterMs;
}
