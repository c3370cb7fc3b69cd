import type { Tenure } from '@conclave/election';

/** In the order of the table; a field that a tenure gains does not compile without a column. */
const COLUMNS: Record<'group' | keyof Tenure, true> = {
  group: true,
  term: true,
  runner: true,
  from: true,
  to: true,
  ms: true,
  handoverFrom: true,
  handoverMs: true,
  endCause: true,
  silentMs: true,
  leaderlessAfterMs: true,
  vacancyWhy: true,
  orderedBy: true,
  orderReason: true,
  endOrderedBy: true,
  endOrderReason: true,
  lostTerms: true,
};
/** How a table of terms is written as CSV: no reason in it may act on a spreadsheet. */
export const TENURES_AS_CSV = { header: true, columns: Object.keys(COLUMNS), escape_formulas: true };

export const TENURE_FIELDS = Object.keys(COLUMNS).filter((name) => name !== 'group') as (keyof Tenure)[];
type Column = unknown[];

/** Some terms as text: field by field; what all have in common stands there once, what follows from others not at all. */
export function textOf(tenures: readonly Tenure[]): string {
  return JSON.stringify(
    TENURE_FIELDS.map((field): Column | null => {
      if (field === 'to') return null;
      const column = tenures.map((one) => (field === 'from' ? Date.parse(one.from) : one[field]));
      return column.every((value) => value === column[0]) ? column.slice(0, 1) : column;
    }),
  );
}

export function tenuresIn(text: string): Tenure[] {
  const columns = JSON.parse(text) as (Column | null)[];
  const length = Math.max(...columns.map((column) => column?.length ?? 0));
  return Array.from({ length }, (_, row) => {
    const tenure: Partial<Record<keyof Tenure, unknown>> = {};
    TENURE_FIELDS.forEach((field, at) => {
      const column = columns[at];
      tenure[field] = column && (column.length === 1 ? column[0] : column[row]);
    });
    const { from, ms } = tenure as { from: number; ms: number | null };
    tenure.from = new Date(from).toISOString();
    tenure.to = ms === null ? null : new Date(from + ms).toISOString();
    return tenure as Tenure;
  });
}
