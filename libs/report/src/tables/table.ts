import { Fragment, h, type ComponentChildren, type VNode } from 'preact';
import { personInWords, reasonInWords } from '@conclave/audit';
import { rendered } from '../text/rendered.js';

/** One column of a table; `data`: of numbers and instants, which are not broken. */
export interface Column<Row> {
  head: string;
  cell: (row: Row) => ComponentChildren;
  data?: true;
}

/** So many rows are made at a time: whoever makes a page lets others run in between. */
const ROWS_AT_ONCE = 25;

/** A table of any length, piece by piece. On a narrow screen each cell says its column (see {@link headsAsStyle}). */
export function* tableOf<Row>(
  id: string,
  caption: ComponentChildren,
  columns: readonly Column<Row>[],
  rows: readonly Row[],
): Generator<string> {
  yield `<table id="${id}">\n`;
  yield rendered(h('caption', null, caption));
  const heads = columns.map(({ head, data }) => h('th', { scope: 'col', class: data && 'data' }, head));
  yield rendered(h('thead', null, h('tr', null, heads)));
  yield '<tbody>\n';
  for (let n = 0; n < rows.length; n += ROWS_AT_ONCE)
    yield rendered(
      h(
        Fragment,
        null,
        rows.slice(n, n + ROWS_AT_ONCE).map((row) => rowOf(columns, row)),
      ),
    );
  yield '</tbody>\n</table>\n';
}

const rowOf = <Row>(columns: readonly Column<Row>[], row: Row): VNode =>
  h(
    'tr',
    null,
    columns.map(({ cell, data }) => h('td', { class: data && 'data' }, cell(row))),
  );

/** The heads of a table's columns for screens on which its rows are lists. */
export const headsAsStyle = (id: string, columns: readonly { head: string }[]): string =>
  columns
    .map(({ head }, n) => `#${id} td:nth-child(${n + 1})::before{content:${JSON.stringify(head)}}`)
    .join('');

export const instant = (at: string): VNode => h('time', { dateTime: at }, at);

/** Whose order, and in his words why. */
export const orderCell = (actor: string | null, reason: string | null): ComponentChildren =>
  actor === null ? '–' : [personInWords(actor), reason && h('q', null, reasonInWords(reason))];
