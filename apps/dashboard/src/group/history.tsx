import { useEffect, useState } from 'preact/hooks';
import type { Problem } from '../api/ask.js';
import { ProblemNote } from '../parts/problem-note.js';
import { useQuery } from '../parts/use-query.js';
import { counted } from '../words/duration.js';
import { Happened } from './happened.js';
import { CAUSES, KINDS } from './kinds.js';
import { newestEvents, type Newest } from './newest-events.js';

const PAGE = 50;
/** Newer ones that are shown with the one that a link names. */
const BESIDE = 10;

/** What happened, in words, the newest first; up to the instant that is looked at. */
export function HistoryPart({ group, revision }: { group: string; revision: number }) {
  const [{ at, kind, of, actor, cause, event }, change] = useQuery();
  const [want, setWant] = useState(PAGE);
  const [held, hold] = useState<(Newest & { problem: Problem | null }) | null>(null);
  // a link may name one that is far back
  const [linked, link] = useState(() => Number(event) || 0);
  const hasFilter = [kind, of, actor, cause].some(Boolean);
  const isFar = !hasFilter && linked > 0 && linked <= revision - want;
  const to = isFar ? linked + BESIDE : revision;
  useEffect(() => {
    if (revision === 0) return;
    const stop = new AbortController();
    newestEvents(group, to, { kind, runner: of, actor, cause }, want, stop.signal).then(
      (newest) => hold({ ...newest, problem: null }),
      (problem: Problem) => {
        if (!stop.signal.aborted) hold((before) => ({ events: before?.events ?? [], before: null, problem }));
      },
    );
    return () => stop.abort();
  }, [group, to, kind, of, actor, cause, want]);
  const field = (name: string, label: string, value: string | undefined) => (
    <input
      type="text"
      size={14}
      aria-label={label}
      placeholder={label}
      value={value ?? ''}
      onChange={(e) => change({ [name]: e.currentTarget.value.trim() })}
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
      {held?.problem && <ProblemNote problem={held.problem} />}
      {!held && <p class="quiet">Reading the history …</p>}
      {held && !held.problem && held.events.length === 0 && <p>Nothing in the history fits these filters.</p>}
      {isFar && (
        <p>
          This is the history up to event {to}.{' '}
          <button type="button" onClick={() => link(0)}>
            The newest
          </button>
        </p>
      )}
      <ol class="history">
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
