import { styleText } from 'node:util';
import Table from 'cli-table3';
import { printable } from '@conclave/kernel';
import type { GroupReply, LeaderReply, SealedMark } from '@conclave/contract';
import { personInWords, reasonInWords, wishInWords } from '@conclave/election';
import type { Reach } from '../remote/client.js';
import { fitted, GAP } from './fitting.js';
import { isPlain } from './protect.js';

/** More rows are lines: a table of them would take long. */
const MOST_IN_TABLE = 1_000;

/** JSON for programs; for people a table as wide as their terminal; for pipes a line a row, a tab between columns. */
export function show({ json }: Reach, data: unknown, head: string[], rows: (string | number)[][]): void {
  if (json) {
    console.log(JSON.stringify(data, null, 2));
    return;
  }
  if (!process.stdout.isTTY) return [head, ...rows].forEach((row) => console.log(lineOf(row)));
  if (rows.length > MOST_IN_TABLE) return rows.forEach((row) => console.log(lineOf(row)));
  const cells = rows.map((row) => row.map((cell) => printable(String(cell))));
  const [titles, ...fit] = fitted([head, ...cells], process.stdout.columns || 80);
  const table = new Table({
    head: titles!,
    chars: { ...NO_RULES, middle: GAP },
    style: { head: isPlain ? [] : ['bold'], border: [], 'padding-left': 0, 'padding-right': 0 },
  });
  table.push(...fit.map((row) => row.map(coloured)));
  process.stdout.write(`${table.toString().replaceAll(/ +$/gm, '')}\n`);
}

const RULES = ['top', 'mid', 'bottom', 'left', 'right'].flatMap((side) => [
  side,
  ...['left', 'mid', 'right'].map((corner) => `${side}-${corner}`),
]);
const NO_RULES = Object.fromEntries(RULES.map((rule) => [rule, '']));

/** A row on one line: with tabs for programs, spaces for people. */
export const lineOf = (row: readonly (string | number)[]): string =>
  row.map((cell) => String(cell).replaceAll(/\s+/g, ' ')).join(process.stdout.isTTY ? GAP : '\t');

/** Where rows follow as they come. For programs; a terminal has titles over tables only. */
export function nameColumns({ json }: Reach, names: readonly string[]): void {
  if (!json && !process.stdout.isTTY) console.log(lineOf(names));
}

/** Colours are for people at a terminal; NO_COLOR, TERM=dumb and pipes get plain text. */
const COLOUR = { led: 'green', handover: 'yellow', leaderless: 'red', paused: 'red' } as const;
const coloured = (state: string): string => {
  const colour = COLOUR[state.split(/\s/)[0] as keyof typeof COLOUR];
  return process.stdout.isTTY && !isPlain && colour ? styleText(colour, state) : state;
};

export const leaderRow = (l: LeaderReply): (string | number)[] => [
  l.group,
  l.paused ? `${l.state} (paused)` : l.state,
  l.leader?.runner ?? '-',
  l.term,
  l.leader?.since ?? '',
  l.why ?? (l.successor ? `next: ${l.successor}` : ''),
];
export const LEADER_HEAD = ['group', 'state', 'leader', 'term', 'since', 'why'];

/** Of history that is not in the log any more. */
export const sealedInWords = ({ upTo, until, digest }: SealedMark): string =>
  `sealed up to version ${upTo} (${until}): give --archive for what was before, the file with the digest ${digest}`;

/** An order that waits for a second person. */
export const proposalInWords = (one: NonNullable<GroupReply['proposals']>[number]): string =>
  `${wishInWords(one.command)}, by ${personInWords(one.actor)}${one.reason === null ? '' : `: ${reasonInWords(one.reason)}`}, until ${one.expiresAt}`;
