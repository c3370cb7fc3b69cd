import type { Incident, Vacancy } from '@conclave/audit';
import { h, type ComponentChildren } from 'preact';
import { duration, WHY_NOBODY } from '../text/words.js';
import { instant, orderCell, type Column } from './table.js';

export const INCIDENTS: Column<Incident>[] = [
  { head: 'when', cell: ({ at }) => instant(at), data: true },
  { head: 'what ended', cell: ({ words }) => words },
  { head: 'on whose order', cell: ({ orderedBy, orderReason }) => orderCell(orderedBy, orderReason) },
  { head: 'nobody led for', cell: vacantFor, data: true },
  { head: 'why nobody', cell: whyNobody },
];

function vacantFor({ vacancy }: Incident): ComponentChildren {
  if (vacancy === null) return '–';
  const ms = duration(vacancy.ms);
  return vacancy.to === null
    ? h('strong', { class: needsSomebody(vacancy.why) ? 'alarm' : undefined }, `${ms}, still at the end`)
    : ms;
}

/** Who paused a group knows that nobody leads it. */
export const needsSomebody = (why: Vacancy['why']): boolean => why !== 'paused';

function whyNobody({ vacancy }: Incident): string {
  if (vacancy === null) return 'somebody followed at once';
  return vacancy.words ?? WHY_NOBODY[vacancy.why];
}
