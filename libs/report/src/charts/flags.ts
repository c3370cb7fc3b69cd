import type { ReportedOrder } from '@conclave/audit';
import { h, type VNode } from 'preact';
import { counted } from '../text/words.js';
import { percent } from './bars.js';
import { lane, type Grid } from './lane.js';

/** Closer than this, flags would cover each other: percent of the width. */
const APART = 1.5;
/** So many of one flag are named. */
const MOST_NAMED = 4;

/** A flag where somebody ordered something; those too close to each other share one. */
export function flags(grid: Grid, orders: readonly ReportedOrder[]): VNode {
  const groups: { x: number; orders: ReportedOrder[] }[] = [];
  for (const order of orders) {
    const x = grid.scale(order.at);
    const last = groups.at(-1);
    if (last && x - last.x < APART) last.orders.push(order);
    else groups.push({ x, orders: [order] });
  }
  const marks = groups.map((group) =>
    h(
      'svg',
      { x: percent(group.x), width: 10, height: 20, class: 'flag' },
      h('path', { d: 'M0 2v16h1.5V11l7.5-4.5z' }),
      h('title', null, titleOf(group.orders)),
    ),
  );
  return lane(grid, 'orders', `${counted(orders.length, 'order')} of people`, marks);
}

function titleOf(orders: readonly ReportedOrder[]): string {
  const named = orders.slice(0, MOST_NAMED).map(({ at, who, what }) => `${at} ${who}: ${what}`);
  return [...named, ...(orders.length > MOST_NAMED ? [`and ${orders.length - MOST_NAMED} more`] : [])].join(
    '\n',
  );
}
