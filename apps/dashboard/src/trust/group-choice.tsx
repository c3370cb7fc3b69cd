import { useEffect, useState } from 'preact/hooks';
import { useLive } from '../live/use-live.js';

/** A list of all of very many stops the browser. */
const MOST_NAMED = 50;

/** One group, or all of them. */
export function GroupChoice({
  group = '',
  choose,
}: {
  group: string | undefined;
  choose: (group: string) => void;
}) {
  const { groups } = useLive();
  const [typed, type] = useState(group);
  useEffect(() => type(group), [group]);
  return (
    <form class="filters" onSubmit={(event) => event.preventDefault()}>
      <label>
        Group{' '}
        <input
          type="search"
          list="groups-named"
          placeholder="all"
          value={typed}
          onInput={({ currentTarget }) => type(currentTarget.value)}
          onChange={({ currentTarget }) => choose(currentTarget.value.trim())}
        />
      </label>
      <datalist id="groups-named">
        {someNamed(groups.keys(), typed).map((name) => (
          <option key={name} value={name} />
        ))}
      </datalist>
      {group !== '' && groups.size > 0 && !groups.has(group) && (
        <span class="quiet">There is no such group now.</span>
      )}
    </form>
  );
}

function someNamed(names: Iterable<string>, typed: string): string[] {
  const some: string[] = [];
  for (const name of names) {
    if (!name.includes(typed)) continue;
    some.push(name);
    if (some.length === MOST_NAMED) break;
  }
  return some.sort();
}
