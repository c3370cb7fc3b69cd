import type { Report } from '@conclave/audit';
import { h, type ComponentChildren, type VNode } from 'preact';
import { counted } from '../text/words.js';

/** What the marks of a timeline mean; only those that it has. */
export function legend({ terms, vacancies, orders }: Report): VNode {
  const has = {
    led: terms.length > 0,
    told: terms.some(({ handoverFrom }) => handoverFrom !== null),
    held: vacancies.some(({ why }) => why === 'paused'),
    gap: vacancies.some(({ why }) => why !== 'paused'),
  };
  const left =
    orders.more > 0
      ? ` (the newest ${counted(orders.shown.length, 'one')}; ${counted(orders.more, 'older one')} left out)`
      : '';
  return h(
    'figcaption',
    null,
    has.led && keyed(key('led'), 'led'),
    has.told && keyed(key('told'), 'led, told to stop'),
    has.gap && keyed(key('gap'), 'nobody led'),
    has.held && keyed(key('held'), 'nobody led, elections were paused'),
    orders.shown.length > 0 && keyed(flag(), `order of a person${left}`),
    'What is too narrow to see apart is one bar, paler the more lies between.',
  );
}

const keyed = (mark: ComponentChildren, words: string): VNode => h('span', { class: 'keyed' }, mark, words);
const key = (kind: string): ComponentChildren =>
  h(
    'svg',
    { width: 20, height: 14, class: 'key', 'aria-hidden': 'true' },
    h('rect', { width: 20, height: 14, class: kind }),
  );
const flag = (): ComponentChildren =>
  h(
    'svg',
    { width: 12, height: 16, class: 'key flag', 'aria-hidden': 'true' },
    h('path', { d: 'M0 0v16h1.5V9l7.5-4.5z' }),
  );
