import type { Problem } from '../api/ask.js';
import { said } from '../words/duration.js';
import { Text } from './text.js';

const WHAT_TO_DO: Record<string, string> = {
  unreachable: 'It is asked again by itself; see that it runs.',
  forbidden: 'Sign in with a token whose role and groups allow it.',
  'group-unknown': 'Perhaps it is spelt differently; all groups are on the first page.',
  'nothing-recorded': 'Choose a later instant: the group did not exist yet.',
  'term-stale': 'Another term has begun: look again at what would happen.',
  'not-ready': 'It still reads the log; wait a moment.',
  overloaded: 'It has much to do; try again in a moment.',
};

interface Given {
  problem: Problem;
  /** What to do where that is known better here. */
  instead?: string | undefined;
  /** The same, of what is not asked again by itself. */
  unanswered?: string;
}

/** Why there is nothing to see, and what to do. */
export const ProblemNote = ({ problem, instead, unanswered }: Given) => (
  <p class="problem" role="alert">
    <Text of={said(problem.detail)} />{' '}
    {instead ?? (problem.code === 'unreachable' ? unanswered : undefined) ?? WHAT_TO_DO[problem.code] ?? ''}{' '}
    {problem.status > 0 && <a href={`/docs/problems#${problem.code}`}>{problem.code}</a>}
  </p>
);
