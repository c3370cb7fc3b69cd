import { printable } from '@conclave/kernel';
import { flagOf, type Told } from './sources.js';

/** One value in force, and who said so. */
export interface Shown {
  name: string;
  variable: string;
  value: string;
  from: string;
}

/** Without user and password, and without a query, wherever they were meant to be: what may stand in a log. */
export const harmless = (value: string): string =>
  value.replace(/^(\w+(?:\+\w+)?:\/*)?.*@/s, '$1…@').replace(/\?.*/s, '?…');

/** Every variable with its value in force; `values`: those that a server makes something of. */
export const shownFrom = (
  known: readonly string[],
  values: Readonly<Record<string, string | number | readonly string[] | undefined>>,
  { environment, origins }: Pick<Told, 'environment' | 'origins'>,
): Shown[] =>
  known.map((variable) => {
    const value = values[variable] ?? (environment[variable] || undefined);
    return {
      name: flagOf(variable),
      variable,
      value: value === undefined ? '' : harmless(Array.isArray(value) ? value.join(',') : String(value)),
      from: origins.get(variable) ?? (value === undefined ? 'not set' : 'default'),
    };
  });

/** For people: one a line. */
export function shownAsText(rows: readonly Shown[]): string {
  const [names, values] = (['name', 'value'] as const).map((key) =>
    Math.max(...rows.map((row) => row[key].length)),
  );
  return rows
    .map(({ name, value, from }) => `${name.padEnd(names!)}  ${printable(value).padEnd(values!)}  ${from}\n`)
    .join('');
}
