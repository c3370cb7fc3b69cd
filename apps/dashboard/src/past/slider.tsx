import type { HistoryPage } from '@conclave/contract';
import { useEffect, useState } from 'preact/hooks';
import { ask, groupPath, pathOf } from '../api/ask.js';
import { useKeys } from '../parts/keys.js';
import { useNow } from '../parts/use-now.js';
import { useQuery } from '../parts/use-query.js';
import { clockTime } from '../words/duration.js';
import { NoInstant } from './at-bar.js';
import { Diff } from './diff-part.js';
import { inLocalField, instantOf } from './instants.js';

/** As fast as the events of a group are played. */
const PLAY_MS = 1_000;

/** Any instant of a group: by hand, event by event, or played. */
export function Slider({
  group,
  createdAt,
  revision,
}: {
  group: string;
  createdAt: string;
  revision: number;
}) {
  const [{ at }, change] = useQuery();
  const [isPlaying, play] = useState(false);
  const now = useNow(1_000);
  const start = Date.parse(createdAt);
  const isPast = at !== undefined;
  const go = (ms: number | null): void =>
    change({ at: ms === null || ms >= now ? null : new Date(Math.max(start, ms)).toISOString() }, true);
  const step = async (by: 1 | -1): Promise<boolean> => {
    const next = await instantBeside(group, at ?? new Date(now).toISOString(), by);
    if (next !== null) change({ at: next });
    else if (by > 0) change({ at: null });
    return next !== null;
  };
  useEffect(() => {
    if (!isPlaying) return;
    const timer = setTimeout(() => void step(1).then((is) => is || play(false)), PLAY_MS);
    return () => clearTimeout(timer);
  }, [isPlaying, at]);
  useKeys(
    isPast ? { ArrowLeft: () => void step(-1), ArrowRight: () => void step(1), Escape: () => go(null) } : {},
  );
  const shown = isPast ? Date.parse(at) : now;
  return (
    <section class={isPast ? 'slider past' : 'slider'} aria-label="Instant">
      <NoInstant />
      <div class="row">
        <strong role="status">
          {isPast ? `As it was at ${clockTime(shown, Date.now(), true)}.` : 'Live.'}
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
          onChange={(event) => go(Number(event.currentTarget.value))}
        />
        <input
          type="datetime-local"
          step="0.001"
          aria-label="Instant"
          value={isPast ? inLocalField(at) : ''}
          onChange={(event) => {
            const instant = instantOf(event.currentTarget.value);
            if (instant !== null) go(Date.parse(instant));
          }}
        />
      </div>
      {isPast && <Diff group={group} from={at} revision={revision} />}
    </section>
  );
}

/** The instant of the next event after another, or of the last one before; null: there is none. */
async function instantBeside(group: string, at: string, by: 1 | -1): Promise<string | null> {
  const ms = Date.parse(at);
  if (by > 0) {
    const since = new Date(ms + 1).toISOString();
    const { events } = await ask<HistoryPage>(pathOf(groupPath(group, '/history'), { since, limit: 1 }));
    return events[0]?.meta.at ?? null;
  }
  const time = new Date(ms - 1).toISOString();
  const then = await ask<{ version: number }>(pathOf(groupPath(group, '/at'), { time })).catch(() => null);
  if (then === null) return null;
  const { events } = await ask<HistoryPage>(
    pathOf(groupPath(group, '/history'), { from: then.version, limit: 1 }),
  );
  return events[0]?.meta.at ?? null;
}
