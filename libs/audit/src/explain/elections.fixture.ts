import { appendsOf, initialState, type RecordedEvent } from '@conclave/election';
import { electionsOf, explainElection, type ExplainedElection } from '@conclave/audit';

export async function electionsIn(history: readonly RecordedEvent[]): Promise<ExplainedElection[]> {
  const all: ExplainedElection[] = [];
  for await (const election of electionsOf(appendsOf(history, initialState('g'))))
    all.push(explainElection(election));
  return all;
}
