import type { Report, Span } from '@conclave/audit';
import type { Tenure } from '@conclave/election';
import type { VNode } from 'preact';
import { counted, duration, WHY_NOBODY } from '../text/words.js';
import { barsOf, scaleOf, type Bar } from './bars.js';
import { flags } from './flags.js';
import { axis, bar, lane, type Grid } from './lane.js';
import { ticksOf } from './ticks.js';

/** So many runners have a lane of their own; the others share one. */
const MOST_LANES = 24;

type Led = Tenure & Span;

/** Lane by lane: orders, each runner that led, when nobody did, and the hours. */
export function* timelineOf(report: Report): Generator<VNode> {
  const grid: Grid = { scale: scaleOf(report), ticks: ticksOf(report) };
  if (report.orders.shown.length > 0) yield flags(grid, report.orders.shown);
  const termsOf = (runners: readonly string[]): Tenure[] => {
    const isAsked = new Set(runners);
    return report.terms.filter(({ runner }) => isAsked.has(runner));
  };
  const leaders = report.runners.filter(({ terms }) => terms > 0).map(({ runner }) => runner);
  const [own, shared] =
    leaders.length <= MOST_LANES + 1
      ? [leaders, []]
      : [leaders.slice(0, MOST_LANES), leaders.slice(MOST_LANES)];
  for (const runner of own) yield leaderLane(grid, report, runner, termsOf([runner]));
  if (shared.length > 0) yield leaderLane(grid, report, `${shared.length} others`, termsOf(shared));
  if (report.vacancies.length > 0) yield vacancyLane(grid, report);
  yield axis(grid);
}

function leaderLane(grid: Grid, report: Span, name: string, terms: readonly Tenure[]): VNode {
  const whole = terms.map((term): Led => ({ ...term, to: term.to ?? report.to }));
  const led = whole
    .map((term): Led => ({ ...term, to: term.handoverFrom ?? term.to }))
    .filter(({ to }) => to >= report.from); // who had been told to stop before that is told only
  const told = whole
    .filter(({ handoverFrom, to }) => handoverFrom !== null && handoverFrom < to)
    .map((term): Led => ({ ...term, from: term.handoverFrom! }));
  return lane(grid, name, `${name}: led in ${counted(terms.length, 'term')}`, [
    ...barsOf(led, grid.scale).map((one) => bar(one, 'led', termTitle(one))),
    ...barsOf(told, grid.scale).map((one) => bar(one, 'told', `told to stop, ${termTitle(one)}`)),
  ]);
}

function termTitle({ first, last, count }: Bar<Led>): string {
  if (count > 1) return `${count} terms, ${first.term} to ${last.term}, ${first.from} to ${last.to}`;
  return `term ${first.term}, ${first.from} to ${first.to}, ${length(first)}`;
}

const length = ({ from, to }: Span): string => duration(Date.parse(to) - Date.parse(from));

function vacancyLane(grid: Grid, { vacancies, to, availability }: Report): VNode {
  const spans = vacancies.map((one) => ({ ...one, to: one.to ?? to }));
  const [held, missed] = [true, false].map((isPaused) =>
    spans.filter(({ why }) => (why === 'paused') === isPaused),
  );
  const title = ({ first, last, count }: Bar<(typeof spans)[number]>): string =>
    count > 1
      ? `nobody led, ${count} times from ${first.from} to ${last.to}`
      : `nobody led, ${first.from} to ${first.to}, ${length(first)}: ${WHY_NOBODY[first.why]}`;
  const what = `nobody led ${counted(spans.length, 'time')}, ${duration(availability.leaderlessMs)} in all`;
  return lane(grid, 'nobody', what, [
    ...barsOf(held!, grid.scale).map((one) => bar(one, 'held', title(one))),
    ...barsOf(missed!, grid.scale).map((one) => bar(one, 'gap', title(one))),
  ]);
}
