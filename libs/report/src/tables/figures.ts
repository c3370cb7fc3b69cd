import type { Availability, Durations, Vacancy } from '@conclave/audit';
import { h, type VNode } from 'preact';
import { counted, duration, share, WHY_NOBODY } from '../text/words.js';

/** Where the time of the window went: the parts, then the whole that they make up. */
export function figuresOf(a: Availability): VNode {
  const wholeMs = a.ledMs + a.handoverMs + a.leaderlessMs + a.beforeFirstMs;
  const row = (what: string, ms: number, kind?: string): VNode =>
    h(
      'tr',
      { class: kind },
      h('th', { scope: 'row' }, what),
      h('td', { class: 'data' }, duration(ms)),
      h('td', { class: 'data' }, share(ms, wholeMs)),
    );
  const whys = Object.entries(a.leaderlessByWhy) as [Vacancy['why'], number][];
  const before = a.beforeFirstMs > 0 ? row('before the first leader there ever was', a.beforeFirstMs) : null;
  return h(
    'table',
    { id: 'figures' },
    h('caption', null, 'Where the time of the window went'),
    h('thead', null, h('tr', null, head('what'), head('how long', 'data'), head('of the window', 'data'))),
    h(
      'tbody',
      null,
      row('somebody led', a.ledMs),
      row('led by who had been told to stop', a.handoverMs),
      row('nobody led', a.leaderlessMs),
      whys.map(([why, ms]) => row(WHY_NOBODY[why], ms, 'part')),
      before,
    ),
    h('tfoot', null, row('the window', wholeMs)),
  );
}

const head = (text: string, kind?: string): VNode => h('th', { scope: 'col', class: kind }, text);

const DAY_MS = 86_400_000;

/** How often the lead changed, and how long that took. */
export function pacesOf(a: Availability): string {
  const isLong = Date.parse(a.to) - Date.parse(a.from) >= DAY_MS; // of less, a day's number says nothing
  const daily = isLong ? ` (${a.changesPerDay.toFixed(1)} a day)` : '';
  return [
    `${counted(a.terms, 'term')} began; the leader changed ${counted(a.changes, 'time')}${daily}.`,
    took('From the last sign of life of a leader that fell silent to the next leader', a.recovery),
    took('From telling a leader to stop until it had', a.handover),
  ].join('');
}

const took = (what: string, { count, meanMs, maxMs }: Durations): string =>
  count === 0
    ? ''
    : ` ${what}: ${duration(meanMs!)} on average, ${duration(maxMs!)} at most (${counted(count, 'time')}).`;
