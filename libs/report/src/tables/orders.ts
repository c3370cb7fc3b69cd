import type { ReportedOrder } from '@conclave/audit';
import { h, type ComponentChildren } from 'preact';
import { counted } from '../text/words.js';
import { instant, type Column } from './table.js';

export const ORDERS: Column<ReportedOrder>[] = [
  { head: 'when', cell: ({ at }) => instant(at), data: true },
  { head: 'who', cell: ({ who }) => who },
  { head: 'what', cell: ({ what }) => what },
  { head: 'why', cell: ({ reason }) => (reason === null ? 'no reason given' : h('q', null, reason)) },
  { head: 'what came of it', cell: outcome },
];

function outcome({ at, came, moreCame }: ReportedOrder): ComponentChildren {
  if (came.length === 0) return 'nothing in this window';
  const items = came.map((one) =>
    h('li', null, one.at === at ? 'at once' : instant(one.at), ': ', one.words),
  );
  const more = moreCame > 0 ? h('li', null, `and ${counted(moreCame, 'more event')}`) : null;
  return h('ul', null, items, more);
}
