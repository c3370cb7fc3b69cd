import type { Problem } from '../api/ask.js';
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

/** Why there is nothing to see, and what to do. `unanswered`: of what is not asked again by itself. */
export const ProblemNote = ({ problem, unanswered }: { problem: Problem; unanswered?: string }) => (
  <p class="problem" role="alert">
    <Text of={problem.detail} />{' '}
    {(problem.code === 'unreachable' ? unanswered : undefined) ?? WHAT_TO_DO[problem.code] ?? ''}{' '}
    {problem.status > 0 && <a href={`/docs/problems#${problem.code}`}>{problem.code}</a>}
  </p>
);
