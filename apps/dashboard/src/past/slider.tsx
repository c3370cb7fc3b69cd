import type { HistoryPage } from '@conclave/contract';
import { useEffect, useRef, useState } from 'preact/hooks';
import { ask, groupPath, pathOf, Problem } from '../api/ask.js';
import { useKeys } from '../parts/keys.js';
import { ProblemNote } from '../parts/problem-note.js';
import { useNow } from '../parts/use-now.js';
import { useQuery } from '../parts/use-query.js';
import { clockTime } from '../words/duration.js';
import { NoInstant } from './at-bar.js';
import { Diff } from './diff-part.js';
import { InstantField } from './instant-field.js';

/** As fast as the events of a group are played. */
const PLAY_MS = 1_000;

/** Any instant of a group: by hand, event by event, or played. */
export function Slider({
  group,
  createdAt,
  revision,
  isReading,
}: {
  group: string;
  createdAt: string;
  revision: number;
  /** What is shown is not of the instant that is asked for yet. */
  isReading: boolean;
}) {
  const [{ at }, change] = useQuery();
  const [isPlaying, play] = useState(false);
  const now = useNow(1_000);
  const start = Date.parse(createdAt);
  const isPast = at !== undefined;
  const [dragged, drag] = useState<number | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  // what is asked for; another wish, or leaving, ends it
  const stepping = useRef<AbortController | null>(null);
  useEffect(() => () => stepping.current?.abort(), []);
  const go = (ms: number | null): void => {
    stepping.current?.abort();
    drag(null);
    change({ at: ms === null || ms >= now ? null : new Date(Math.max(start, ms)).toISOString() }, true);
  };
  const step = async (by: 1 | -1): Promise<boolean> => {
    stepping.current?.abort();
    const { signal } = (stepping.current = new AbortController());
    try {
      const next = await instantBeside(group, at ?? new Date(now).toISOString(), by, signal);
      if (signal.aborted) return false;
      setProblem(null);
      if (next !== null) change({ at: next });
      else if (by > 0) change({ at: null });
      return next !== null;
    } catch (error) {
      if (!signal.aborted) setProblem(error as Problem);
      return false;
    }
  };
  useEffect(() => {
    if (!isPlaying) return;
    const timer = setTimeout(() => void step(1).then((is) => is || play(false)), PLAY_MS);
    return () => clearTimeout(timer);
  }, [isPlaying, at]);
  useKeys(
    isPast ? { ArrowLeft: () => void step(-1), ArrowRight: () => void step(1), Escape: () => go(null) } : {},
  );
  const shown = dragged ?? (isPast ? Date.parse(at) : now);
  return (
    <section class={isPast ? 'slider past' : 'slider'} aria-label="Instant">
      <NoInstant />
      <div class="row">
        <strong role="status">
          {isPast
            ? `${isReading ? 'Reading how' : 'As'} it was at ${clockTime(Date.parse(at), Date.now(), true)}${isReading ? ' …' : '.'}`
            : 'Live.'}
        </strong>
        <button type="button" onClick={() => void step(-1)}>
          ← event before
        </button>
        {isPast && (
          <>
            <button type="button" onClick={() => void step(1)}>
              event after →
            </button>
            <button type="button" aria-pressed={isPlaying} onClick={() => play(!isPlaying)}>
              {isPlaying ? 'Stop' : 'Play'}
            </button>
            <button type="button" onClick={() => go(null)}>
              Back to now
            </button>
          </>
        )}
        <input
          type="range"
          aria-label="Instant, from the first event until now"
          aria-valuetext={clockTime(shown, Date.now())}
          min={start}
          max={Math.max(now, start + 1)}
          step={1}
          value={shown}
          onInput={(event) => drag(Number(event.currentTarget.value))}
          onBlur={() => drag(null)}
          onChange={(event) => go(Number(event.currentTarget.value))}
        />
        <InstantField
          label="Instant"
          at={isPast || dragged !== null ? new Date(shown).toISOString() : undefined}
          give={(instant) => instant !== null && go(Date.parse(instant))}
        />
      </div>
      {problem && <ProblemNote problem={problem} unanswered="Try again." />}
      {isPast && <Diff group={group} from={at} revision={revision} />}
    </section>
  );
}

/** The instant of the next event after another, or of the last one before; null: there is none. */
async function instantBeside(
  group: string,
  at: string,
  by: 1 | -1,
  signal: AbortSignal,
): Promise<string | null> {
  const ms = Date.parse(at);
  const asked = async (query: object): Promise<string | null> => {
    const path = pathOf(groupPath(group, '/history'), { ...query, limit: 1 });
    return (await ask<HistoryPage>(path, { signal })).events[0]?.meta.at ?? null;
  };
  if (by > 0) return asked({ since: new Date(ms + 1).toISOString() });
  const path = pathOf(groupPath(group, '/at'), { time: new Date(ms - 1).toISOString() });
  const then = await ask<{ version: number }>(path, { signal }).catch((error: unknown) => {
    if (error instanceof Problem && NONE.has(error.code)) return null;
    throw error;
  });
  return then && asked({ from: then.version });
}

/** Nothing is before that, or it is in an archive. */
const NONE: ReadonlySet<string> = new Set(['nothing-recorded', 'history-sealed']);
