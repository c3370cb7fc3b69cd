import { clockTime, counted, duration } from '../words/duration.js';
import { personInWords } from '../words/state.js';
import { END_IN_WORDS, VACANCY_IN_WORDS } from '../words/verdict.js';
import type { Bar } from './bars.js';
import type { Flag, Mark } from './layout.js';

const time = (ms: number): string => clockTime(ms, Date.now());

/** What a bar stands for, in a sentence. */
export function barInWords({ first, last, count }: Bar<Mark>): string {
  const span = `${time(first.from)} to ${time(last.to)}`;
  const length = duration(last.to - first.from);
  if (count > 1) return `${MANY[first.kind](count)} between ${span}; nearer, they are apart`;
  const { kind, tenure, runner, goesOn } = first;
  const on = tenure?.orderedBy
    ? ` on the order of ${personInWords(tenure.orderedBy)}${quoted(tenure.orderReason)}`
    : '';
  if (goesOn) return `${goingOn(first, on)}, since ${time(first.from)}, ${length}${whyIn(first)}`;
  switch (kind) {
    case 'led': {
      const end = tenure!.endCause
        ? `; ended: ${END_IN_WORDS[tenure!.endCause] ?? tenure!.endCause}${by(tenure!)}`
        : '; it was told to stop then';
      return `${runner} led term ${tenure!.term}${on}, ${span}, ${length}${end}`;
    }
    case 'told':
      return `${runner} was told to stop${by(tenure!)}, and had not yet: ${span}, ${length}`;
    case 'silent':
      return `${runner} was not heard, ${span}, ${length}`;
    case 'held':
      return `nobody led while elections were paused, ${span}, ${length}`;
    case 'gap':
      return `nobody led, ${span}, ${length}${whyIn(first)}`;
  }
}

function goingOn({ kind, tenure, runner }: Mark, on: string): string {
  switch (kind) {
    case 'led':
      return `${runner} leads term ${tenure!.term}${on}`;
    case 'told':
      return `${runner} was told to stop${by(tenure!)}, and has not yet`;
    case 'silent':
      return `${runner} has not been heard`;
    case 'held':
      return 'nobody leads while elections are paused';
    case 'gap':
      return 'nobody leads';
  }
}

const whyIn = ({ kind, tenure }: Mark): string =>
  kind === 'gap' ? `: ${VACANCY_IN_WORDS[tenure!.vacancyWhy ?? ''] ?? 'the record does not say why'}` : '';

const quoted = (reason: string | null): string => (reason ? ` (${reason})` : '');
const by = ({ endOrderedBy, endOrderReason }: NonNullable<Mark['tenure']>): string =>
  endOrderedBy ? ` by order of ${personInWords(endOrderedBy)}${quoted(endOrderReason)}` : '';

const MANY: Record<Mark['kind'], (count: number) => string> = {
  led: (count) => counted(count, 'term'),
  told: (count) => `told to stop ${count} times`,
  silent: (count) => counted(count, 'silence'),
  held: (count) => `nobody led ${count} times while elections were paused`,
  gap: (count) => `nobody led ${count} times`,
};

const MOST_NAMED = 3;
export const flagInWords = ({ events }: Flag): string =>
  [
    ...events.slice(0, MOST_NAMED).map(({ words, meta }) => `${time(Date.parse(meta.at))} ${words}`),
    ...(events.length > MOST_NAMED ? [`and ${events.length - MOST_NAMED} more; nearer, they are apart`] : []),
  ].join('; ');
