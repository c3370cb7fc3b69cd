import { useEffect, useRef, useState } from 'preact/hooks';
import { useAsked } from '../api/use-asked.js';
import { ProblemNote } from '../parts/problem-note.js';
import { useQuery } from '../parts/use-query.js';
import { counted } from '../words/duration.js';
import { Happened } from './happened.js';
import { CAUSES, KINDS } from './kinds.js';
import { newestEvents } from './newest-events.js';

const PAGE = 50;
/** Newer ones that are shown with the one that a link names. */
const BESIDE = 10;

interface Given {
  group: string;
  revision: number;
  /** The last event before the instant that is looked at. */
  then: number | undefined;
}

/** What happened, in words, the newest first; of long ago from a little after the instant that is looked at. */
export function HistoryPart({ group, revision, then = 0 }: Given) {
  const [{ at, kind, of, actor, cause, event }, change] = useQuery();
  const [want, setWant] = useState(PAGE);
  // a link may name one that is far back
  const [linked] = useState(() => Number(event) || 0);
  const hasFilter = [kind, of, actor, cause].some(Boolean);
  const [isNewest, showNewest] = useState(false);
  const named = then || linked;
  const isFar = !hasFilter && !isNewest && named > 0 && named <= revision - want;
  const to = isFar ? named + BESIDE : revision;
  const question = JSON.stringify([group, isFar && to, kind, of, actor, cause, want]);
  const { data: held, problem } = useAsked(revision === 0 ? null : question, to, async (_, { signal }) =>
    newestEvents(group, to, { kind, runner: of, actor, cause }, want, signal),
  );
  const list = useRef<HTMLOListElement>(null);
  useEffect(() => {
    // what a link names is far below, and comes when the browser has looked for it already
    if (held && location.hash === '#history')
      (list.current!.querySelector('.raw') ?? list.current!).scrollIntoView({ block: 'center' });
  }, [held === null]);
  const field = (name: string, label: string, value: string | undefined) => (
    <input
      type="text"
      size={14}
      aria-label={label}
      placeholder={label}
      value={value ?? ''}
      onInput={(e) => change({ [name]: e.currentTarget.value.trim() })}
    />
  );
  return (
    <section>
      <h2 id="history">History</h2>
      <div class="filters" role="group" aria-label="Filters of the history">
        <select
          aria-label="Kind"
          value={kind ?? ''}
          onChange={(e) => change({ kind: e.currentTarget.value })}
        >
          <option value="">everything</option>
          {Object.entries(KINDS).map(([name, { words }]) => (
            <option key={name} value={name}>
              {words}
            </option>
          ))}
        </select>
        {field('of', 'runner', of)}
        {field('actor', 'person', actor)}
        <select
          aria-label="Cause"
          value={cause ?? ''}
          onChange={(e) => change({ cause: e.currentTarget.value })}
        >
          <option value="">any cause</option>
          {CAUSES.map((name) => (
            <option key={name}>{name}</option>
          ))}
        </select>
        {hasFilter && (
          <button type="button" onClick={() => change({ kind: null, of: null, actor: null, cause: null })}>
            Clear
          </button>
        )}
      </div>
      {problem && <ProblemNote problem={problem} />}
      {!held && !problem && <p class="quiet">Reading the history …</p>}
      {held && !problem && held.events.length === 0 && <p>Nothing in the history fits these filters.</p>}
      {isFar && (
        <p>
          This is the history up to event {to}.{' '}
          <button type="button" onClick={() => showNewest(true)}>
            The newest
          </button>
        </p>
      )}
      <ol ref={list} class="history">
        {held?.events.map((one) => (
          <Happened
            key={one.version}
            event={one}
            isLater={at !== undefined && one.meta.at > at}
            isOpen={event === String(one.version)}
            open={(isOpen) => change({ event: isOpen ? String(one.version) : null })}
          />
        ))}
      </ol>
      {held?.before != null && (
        <p>
          These are {isFar ? '' : 'the newest '}
          {counted(held.events.length, 'event')}.{' '}
          <button type="button" onClick={() => setWant(want + PAGE)}>
            {PAGE} older ones
          </button>
        </p>
      )}
    </section>
  );
}
