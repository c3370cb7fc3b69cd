import { triggerOf, type Report } from '@conclave/audit';
import type { Tenure } from '@conclave/election';
import { duration } from '../text/words.js';
import { instant, orderCell, type Column } from './table.js';

/** `end`: of the window, to which a term that runs is counted. */
export const termsOf = ({ to: end }: Pick<Report, 'to'>): Column<Tenure>[] => [
  { head: 'term', cell: ({ term }) => term, data: true },
  { head: 'runner', cell: ({ runner }) => runner },
  { head: 'began', cell: ({ from }) => instant(from), data: true },
  { head: 'ended', cell: ({ to }) => (to === null ? 'it ran on' : instant(to)), data: true },
  { head: 'for', cell: ({ from, to }) => duration(Date.parse(to ?? end) - Date.parse(from)), data: true },
  { head: 'how it ended', cell: ({ endCause }) => (endCause === null ? '–' : triggerOf(endCause, [])) },
  { head: 'ended on whose order', cell: (t) => orderCell(t.endOrderedBy, t.endOrderReason) },
];
