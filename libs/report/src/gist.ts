import type { Report } from '@conclave/audit';
import { counted, duration, share } from './text/words.js';

/** The report in one sentence. */
export function gistOf({ availability: a, vacancies, orders, incidents }: Report): string {
  const missedMs = a.ledMs + a.handoverMs + a.leaderlessMs;
  const led = missedMs === 0 ? 'never led' : `led ${share(a.ledMs + a.handoverMs, missedMs)} of the time`;
  const nobody =
    a.leaderlessMs > 0
      ? `nobody led for ${duration(a.leaderlessMs)}, in ${counted(vacancies.length, 'interval')}`
      : 'never without a leader once there was one';
  const counts = [
    counted(a.terms, 'new term'),
    counted(a.changes, 'change of leader', 'changes of leader'),
    counted(orders.shown.length + orders.more, 'order of people', 'orders of people'),
    counted(incidents.shown.length + incidents.more, 'incident'),
  ];
  return `${led}; ${missedMs === 0 ? '' : `${nobody}; `}${counts.join(', ')}`;
}

const GIST = /<meta name="description" content="([^"]*)"/;

/** That sentence, out of the beginning of a page; null: it is none of ours. */
export const gistIn = (page: string): string | null =>
  GIST.exec(page)?.[1]?.replaceAll('&lt;', '<').replaceAll('&amp;', '&') ?? null;
