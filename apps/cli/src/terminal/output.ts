import { styleText } from 'node:util';
import Table from 'cli-table3';
import { printable } from '@conclave/kernel';
import type { GroupReply, LeaderReply, ProposedCommand, SealedMark, WriteReply } from '@conclave/contract';
import { personInWords, reasonInWords, wishInWords } from '@conclave/election';
import type { Reach } from '../remote/client.js';
import { fitted, GAP } from './fitting.js';

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
    style: { head: process.env.NO_COLOR ? [] : ['bold'], border: [], 'padding-left': 0, 'padding-right': 0 },
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

/** Colours are for people at a terminal; NO_COLOR and pipes get plain text. */
const COLOUR = { led: 'green', handover: 'yellow', leaderless: 'red', paused: 'red' } as const;
const coloured = (state: string): string => {
  const colour = COLOUR[state.split(/\s/)[0] as keyof typeof COLOUR];
  return process.stdout.isTTY && !process.env.NO_COLOR && colour ? styleText(colour, state) : state;
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

/** What a command would do, as far as it is known before it is sent. */
export interface Plan {
  changed: true;
  dryRun: true;
  events: { type: string; data: Record<string, unknown> }[];
  leader: Pick<LeaderReply, 'leader' | 'term' | 'successor' | 'why'> & { state: string };
}

/** What a command did, or would do: the events in words, and who leads then. */
export function showWrite(reach: Reach, answer: WriteReply | Plan): void {
  if (reach.json) {
    console.log(JSON.stringify(answer, null, 2));
    return;
  }
  if (!answer.changed)
    console.log(answer.events.length > 0 ? 'done before; nothing changed' : 'nothing to change');
  else
    for (const event of answer.events)
      console.log(
        `${answer.dryRun ? 'would record' : 'recorded'} ${event.type} ${detailOf(event.data)}`.trimEnd(),
      );
  if (!answer.dryRun && answer.events.some(({ type }) => type === 'OrderProposed'))
    console.log('it takes effect when a second person approves it: conclave approve');
  const { state, leader, term, successor, why } = answer.leader;
  console.log(
    `${answer.dryRun ? 'then' : 'now'}: ${state}${leader ? `, "${leader.runner}" in term ${term}` : ''}${successor ? `, next "${successor}"` : ''}${why ? `; ${why}` : ''}`,
  );
}

/** What matters of any event's payload. */
type Payload = Partial<
  Record<
    'runner' | 'key' | 'mode' | 'cause' | 'evidence' | 'outcome' | 'expiresAt' | 'successor',
    string | null
  >
> & { term?: number; taint?: { key: string; effect: string; expiresAt: string | null } };

export function detailOf(data: Record<string, unknown>): string {
  const { command, proposal } = data as { command?: ProposedCommand; proposal?: string };
  const { runner, term, taint, key, mode, cause, evidence, outcome, expiresAt, successor } = data as Payload;
  const parts = [
    command && wishInWords(command),
    runner,
    term !== undefined && `term ${term}`,
    taint && `${taint.key} (${taint.effect}${taint.expiresAt ? ` until ${taint.expiresAt}` : ''})`,
    key,
    mode,
    cause ?? evidence ?? outcome,
    expiresAt && `until ${expiresAt}`,
    proposal && `(order ${proposal})`,
    successor && `next ${successor}`,
  ];
  return parts.filter((part) => typeof part === 'string' && part !== '').join(' ');
}

/** Of history that is not in the log any more. */
export const sealedInWords = ({ upTo, until, digest }: SealedMark): string =>
  `sealed up to version ${upTo} (${until}): give --archive for what was before, the file with the digest ${digest}`;

/** An order that waits for a second person. */
export const proposalInWords = (one: NonNullable<GroupReply['proposals']>[number]): string =>
  `${wishInWords(one.command)}, by ${personInWords(one.actor)}${one.reason === null ? '' : `: ${reasonInWords(one.reason)}`}, until ${one.expiresAt}`;
