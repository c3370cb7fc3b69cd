import type { Newest, Report } from '@conclave/audit';
import { h } from 'preact';
import { rendered } from './text/rendered.js';
import { availabilityPart, closing, headOf, opening, timelinePart } from './parts.js';
import { STYLE } from './style.js';
import { INCIDENTS } from './tables/incidents.js';
import { ORDERS } from './tables/orders.js';
import { RUNNERS } from './tables/runners.js';
import { headsAsStyle, tableOf, type Column } from './tables/table.js';
import { termsOf } from './tables/terms.js';
import { counted } from './text/words.js';

/** So many terms, and runners, are listed; the charts have all. */
const MOST_LISTED = 1_000;

/** A report as one HTML page that needs nothing else, in pieces of whole lines. Pure. */
export function* pageOf(report: Report): Generator<string> {
  const TERMS = termsOf(report);
  yield '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n';
  yield rendered(headOf(report));
  const heads = Object.entries({ incidents: INCIDENTS, orders: ORDERS, terms: TERMS, runners: RUNNERS });
  const said = heads.map(([id, columns]) => headsAsStyle(id, columns)).join('');
  yield `<style>${STYLE}\n@media screen and (max-width:45rem){${said}}\n</style>\n</head>\n<body>\n`;
  yield rendered(opening(report));
  yield* timelinePart(report);
  yield rendered(availabilityPart(report));
  yield* newestPart(INCIDENTS_LISTED, INCIDENTS, report.incidents);
  yield* newestPart(ORDERS_LISTED, ORDERS, report.orders);
  yield* newestPart(TERMS_LISTED, TERMS, {
    shown: report.terms.slice(-MOST_LISTED),
    more: Math.max(0, report.terms.length - MOST_LISTED),
  });
  yield* listPart(RUNNERS_LISTED, RUNNERS, report.runners.slice(0, MOST_LISTED), leftOut(report));
  yield rendered(closing(report));
  yield '</body>\n</html>\n';
}

/** A list of the page: its anchor, its heading, what is in it, and what is said if nothing is. */
interface Listed {
  id: string;
  title: string;
  about: string;
  none: string;
}
const INCIDENTS_LISTED: Listed = {
  id: 'incidents',
  title: 'Incidents',
  about:
    'Terms that ended by silence, a lapsed lease, a new process or force, and every time that nobody led; oldest first.',
  none: 'None: no term ended by silence, a lapsed lease, a new process or force, and somebody always followed at once.',
};
const ORDERS_LISTED: Listed = {
  id: 'orders',
  title: 'Orders of people',
  about:
    'What people ordered, in their words, and what the record says followed from it in this window; oldest first.',
  none: 'Nobody ordered anything in this window.',
};
const TERMS_LISTED: Listed = {
  id: 'terms',
  title: 'Terms',
  about: 'Terms that touch the window; oldest first.',
  none: 'Nobody led in this window.',
};
const RUNNERS_LISTED: Listed = {
  id: 'runners',
  title: 'Runners',
  about: 'Members of the group at the end of the window, and whoever led or fell silent in it.',
  none: 'The group had no runner.',
};

const newestPart = <Row>(listed: Listed, columns: Column<Row>[], { shown, more }: Newest<Row>) =>
  listPart(
    listed,
    columns,
    shown,
    more > 0
      ? `These are the newest ${counted(shown.length, 'row')}; ${counted(more, 'older one')} of this window left out.`
      : null,
  );

const leftOut = ({ runners: { length } }: Report): string | null =>
  length > MOST_LISTED ? `${counted(length - MOST_LISTED, 'more')} that led less are left out.` : null;

function* listPart<Row>(
  { id, title, about, none }: Listed,
  columns: Column<Row>[],
  rows: readonly Row[],
  left: string | null,
): Generator<string> {
  yield '<section>\n';
  yield rendered(h('h2', null, title));
  if (rows.length === 0) yield rendered(h('p', null, none));
  else yield* tableOf(id, left === null ? about : [about, ' ', h('strong', null, left)], columns, rows);
  yield '</section>\n';
}
