import type { AsOfReply } from '@conclave/contract';
import { groupPath, pathOf } from '../api/ask.js';
import { useAsked } from '../api/use-asked.js';
import { ProblemNote } from '../parts/problem-note.js';
import { Text } from '../parts/text.js';
import { useQuery } from '../parts/use-query.js';
import { localised } from '../words/duration.js';
import { differencesOf } from './differences.js';
import { InstantField } from './instant-field.js';

/** What has changed since the instant that is looked at, until now or until another one. */
export function Diff({ group, from, revision }: { group: string; from: string; revision: number }) {
  const [{ diff }, change] = useQuery();
  const isOpen = diff !== undefined;
  const until = diff === 'now' ? undefined : diff;
  const path = (query: Record<string, string | number>) =>
    isOpen ? pathOf(groupPath(group, '/at'), query) : null;
  const before = useAsked<AsOfReply>(path({ time: from }));
  const after = useAsked<AsOfReply>(path(until === undefined ? { version: revision } : { time: until }));
  const problem = before.problem ?? after.problem;
  if (!isOpen)
    return (
      <button type="button" onClick={() => change({ diff: 'now' })}>
        What has changed since?
      </button>
    );
  const changes = before.data && after.data && differencesOf(before.data, after.data);
  return (
    <div class="diff">
      <label>
        Changed until <InstantField at={until} give={(instant) => change({ diff: instant ?? 'now' })} />
      </label>{' '}
      {until === undefined && 'now'}{' '}
      <button type="button" class="plain" onClick={() => change({ diff: null })}>
        Close
      </button>
      {problem && <ProblemNote problem={problem} />}
      {changes?.length === 0 && <p>Nothing that is shown here is otherwise.</p>}
      <ul>
        {changes?.map((words) => (
          <li key={words}>
            <Text of={localised(words)} />
          </li>
        ))}
      </ul>
    </div>
  );
}
