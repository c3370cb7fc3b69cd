import type { ReportedRunner } from '@conclave/audit';
import { h, type ComponentChildren } from 'preact';
import { duration } from '../text/words.js';
import { orderCell, type Column } from './table.js';

/** So many labels of a runner are shown. */
const MOST_LABELS = 4;

export const RUNNERS: Column<ReportedRunner>[] = [
  { head: 'runner', cell: ({ runner }) => runner },
  { head: 'at the end', cell: ({ status }) => status ?? 'not in the group' },
  { head: 'led for', cell: ({ ledMs }) => (ledMs === 0 ? '–' : duration(ledMs)), data: true },
  { head: 'terms', cell: ({ terms }) => terms, data: true },
  { head: 'fell silent', cell: ({ silences }) => silences, data: true },
  { head: 'taints at the end', cell: taints },
  { head: 'platform and labels', cell: about },
];

function taints({ taints: all }: ReportedRunner): ComponentChildren {
  if (all.length === 0) return '–';
  const items = all.map(({ key, effect, actor, reason }) =>
    h('li', null, `${key} (${effect}) by `, orderCell(actor, reason)),
  );
  return h('ul', null, items);
}

function about({ platform, labels }: ReportedRunner): string {
  const named = Object.entries(labels).map(([name, text]) => `${name}=${text}`);
  const shown = [...(platform === null ? [] : [platform]), ...named.slice(0, MOST_LABELS)];
  const more = named.length > MOST_LABELS ? `, and ${named.length - MOST_LABELS} more` : '';
  return shown.length === 0 ? '–' : shown.join(', ') + more;
}
