import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { useLocation } from 'preact-iso';
import { KnownDetails } from '../live/known-details.js';
import { live, MARKED_MS } from '../live/live-groups.js';
import { AtBar } from '../past/at-bar.js';
import { useKeys } from '../parts/keys.js';
import { ProblemNote } from '../parts/problem-note.js';
import { Text } from '../parts/text.js';
import { useNow } from '../parts/use-now.js';
import { useQuery, withAt } from '../parts/use-query.js';
import { counted, said, whole } from '../words/duration.js';
import { byNeed, fitsText, isOfState, needsPerson, STATES } from '../words/state.js';
import { FirstGroup } from './first-group.js';
import { GroupLine } from './line.js';
import { useFound } from './use-found.js';
import { useGroups } from './use-groups.js';
import { topOf, useWindow, type Rows } from './use-window.js';

/** Heights as the style has them; what needs a person has room for its reason. */
const rowsOf = (count: number, tall: number): Rows =>
  window.innerWidth < 720
    ? { count, tall, height: 116, tallHeight: 160 }
    : { count, tall, height: 58, tallHeight: 78 };

const none = (at: string | undefined): string =>
  at === undefined ? 'No other group is there.' : 'There was no group then.';

export function GroupsScreen() {
  const [{ q = '', state, at }, change] = useQuery();
  const { route } = useLocation();
  const { groups, sealed, isKnown, problem } = useGroups(at);
  const [chosenGroup, choose] = useState<string | null>(null);
  const [, again] = useState(0);
  const details = useMemo(() => new KnownDetails(() => again((n) => n + 1)), [live.generation]);
  const list = useRef<HTMLUListElement>(null);
  const search = useRef<HTMLInputElement>(null);
  const now = useNow(1_000);
  const { found, isKnown: isFound } = useFound(at === undefined ? q.trim() : '');
  const shown = useMemo(
    () =>
      groups
        .filter((group) => isOfState(group, state) && (fitsText(group, q) || found.has(group.group)))
        .sort(byNeed),
    [groups, state, q, found],
  );
  const chosen = shown.findIndex(({ group }) => group === chosenGroup); // it moves when its need of a person changes
  const tall = useMemo(() => shown.filter(needsPerson).length, [shown]);
  const rows = rowsOf(shown.length, tall);
  const [first, last] = useWindow(list, rows);
  const inView = shown.slice(first, last);
  const alarms = useMemo(() => groups.filter(needsPerson).length, [groups]);

  useEffect(() => {
    document.title = alarms > 0 ? `(${alarms}) Conclave` : 'Conclave';
  }, [alarms]);
  const wanted =
    at === undefined ? inView.map(({ group }) => `${group} ${live.versions.get(group)}`).join() : '';
  useEffect(() => {
    if (at === undefined)
      details.want(
        inView.map(({ group, version }) => ({ group, version: live.versions.get(group) ?? version })),
      );
  }, [wanted, Math.floor(now / 10_000)]);

  const move = (by: number): void => {
    const next = Math.min(shown.length - 1, Math.max(0, chosen + by));
    choose(shown[next]?.group ?? null);
    const top = list.current!.offsetTop + topOf(next, rows);
    const isSeen = top > window.scrollY + 60 && top + rows.tallHeight < window.scrollY + window.innerHeight;
    if (!isSeen) window.scrollTo({ top: top - window.innerHeight / 2 });
  };
  useKeys({
    '/': () => search.current!.focus(),
    j: () => move(1),
    k: () => move(-1),
    Enter: () => {
      const group = shown[chosen]?.group;
      if (group !== undefined) route(withAt(`/groups/${encodeURIComponent(group)}`, at));
    },
    Escape: () => change({ q: null, state: null }),
  });

  if (isKnown && !problem && groups.length + live.unreadable.size === 0 && at === undefined)
    return <FirstGroup />;
  return (
    <main>
      <h1 class="unseen">Groups</h1>
      <div class="filters">
        <input
          ref={search}
          type="search"
          aria-label="Filter by group, runner, person or label"
          placeholder="Filter by group, runner, person …  ( / )"
          value={q}
          onInput={(event) => change({ q: event.currentTarget.value })}
        />
        <select
          aria-label="State"
          value={state ?? ''}
          onChange={(e) => change({ state: e.currentTarget.value })}
        >
          <option value="">all states</option>
          {Object.entries(STATES).map(([value, words]) => (
            <option key={value} value={value}>
              {words}
            </option>
          ))}
        </select>
        <span class="quiet" role="status">
          {isKnown
            ? `${counted(shown.length, 'group')}${shown.length < groups.length ? ` of ${whole(groups.length)}` : ''}`
            : ''}
          {alarms > 0 && (
            <strong class="alarm">, {alarms === 1 ? '1 needs' : `${alarms} need`} a person</strong>
          )}
        </span>
        <AtBar />
      </div>
      {problem && <ProblemNote problem={problem} />}
      {[...live.unreadable].map(([group, detail]) => (
        <p key={group} class="alarm">
          Group {group} cannot be read: <Text of={said(detail)} />
        </p>
      ))}
      {sealed.length > 0 && <p>What was then is sealed, and in archives, of: {sealed.join(', ')}</p>}
      {!isKnown && <p class="quiet">Reading the groups …</p>}
      {isKnown && !problem && shown.length === 0 && (
        <p>
          {groups.length === 0
            ? none(at)
            : isFound
              ? 'No group fits this filter. Esc clears it.'
              : 'Looking …'}
        </p>
      )}
      <ul
        ref={list}
        class="lines"
        aria-label="Groups"
        style={{
          paddingTop: `${topOf(first, rows)}px`,
          paddingBottom: `${topOf(shown.length, rows) - topOf(last, rows)}px`,
        }}
      >
        {inView.map((group, n) => (
          <GroupLine
            key={group.group}
            group={group}
            details={details.of(group.group)}
            at={at}
            isChosen={first + n === chosen}
            isNews={at === undefined && Date.now() - (live.changedAt.get(group.group) ?? 0) < MARKED_MS}
            index={first + n}
            count={shown.length}
          />
        ))}
      </ul>
    </main>
  );
}
