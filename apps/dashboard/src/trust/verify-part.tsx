import { useEffect, useRef, useState } from 'preact/hooks';
import type { Problem } from '../api/ask.js';
import { useLive } from '../live/use-live.js';
import { ProblemNote } from '../parts/problem-note.js';
import { Text } from '../parts/text.js';
import { counted, duration } from '../words/duration.js';
import { verifyAll, type Verified } from './verify-all.js';

interface Run {
  results: Verified[];
  events: number;
  done: boolean;
  tookMs: number;
  problem: Problem | null;
}

/** Hashes, guarantees and every decision, checked again by the server, group by group. */
export function VerifyPart({ group }: { group: string | undefined }) {
  const { groups } = useLive();
  const [run, setRun] = useState<Run | null>(null);
  const stop = useRef<AbortController | null>(null);
  useEffect(() => () => stop.current?.abort(), []);

  async function start(): Promise<void> {
    stop.current?.abort();
    const { signal } = (stop.current = new AbortController());
    const startMs = performance.now();
    const now: Run = { results: [], events: 0, done: false, tookMs: 0, problem: null };
    const show = (): void => {
      if (!signal.aborted) setRun({ ...now, tookMs: performance.now() - startMs });
    };
    let shownMs = 0;
    show();
    try {
      await verifyAll(
        group,
        (result) => {
          now.results.push(result);
          now.events += result.events;
          if (performance.now() - shownMs < 100) return; // a thousand groups are a thousand lines
          shownMs = performance.now();
          show();
        },
        signal,
      );
      now.done = true;
    } catch (error) {
      now.problem = error as Problem;
    }
    show();
  }

  const isRunning = run !== null && !run.done && !run.problem;
  const wrong = run?.results.filter(({ ok }) => !ok) ?? [];
  const all = group === undefined ? Math.max(groups.size, run?.results.length ?? 0) : 1;
  const figures = run && (
    <>
      <strong>
        {wrong.length > 0
          ? `${counted(wrong.length, 'group')} ${wrong.length === 1 ? 'does' : 'do'} not hold.`
          : run.done
            ? 'All of it holds.'
            : ''}
      </strong>{' '}
      {counted(run.results.length, 'group')}, {counted(run.events, 'event')}, {duration(run.tookMs)}.
    </>
  );
  return (
    <section>
      <h2>Is the record true?</h2>
      <p>
        The server checks the hash chain{group === undefined ? ' of every group' : ''}, the guarantees, and
        decides each decision again. It is one of those that might be wrong:{' '}
        <code>conclave verify --against</code> a checkpoint kept elsewhere asks nobody.
      </p>
      <p class="moves">
        <button
          type="button"
          class="main"
          aria-disabled={isRunning}
          onClick={() => void (isRunning || start())}
        >
          {group === undefined ? 'Verify all groups' : `Verify ${group}`}
        </button>
        {isRunning && (
          <button type="button" onClick={() => (stop.current?.abort(), setRun(null))}>
            Stop
          </button>
        )}
      </p>
      {run && (
        <>
          {isRunning && <progress max={all} value={run.results.length} aria-label="Progress" />}
          {isRunning && <p class={wrong.length > 0 ? 'alarm' : ''}>{figures}</p>}
        </>
      )}
      {/* said once, when it is over: figures that run are for the eye */}
      <div role="status">
        {run && !isRunning && (run.results.length > 0 || !run.problem) && (
          <p class={wrong.length > 0 ? 'alarm' : ''}>{figures}</p>
        )}
      </div>
      {run?.problem && <ProblemNote problem={run.problem} unanswered="Verify again." />}
      {wrong.map(({ group: name, violations }) => (
        <div key={name}>
          <h3 class="alarm">
            <Text of={name} />
          </h3>
          <ul>
            {violations.map(({ rule, version, words, recorded, expected }, n) => (
              <li key={n}>
                Event {version}, {rule}: <Text of={words} /> Recorded{' '}
                <code>
                  <Text of={JSON.stringify(recorded)} />
                </code>
                , expected{' '}
                <code>
                  <Text of={JSON.stringify(expected)} />
                </code>
                .
              </li>
            ))}
          </ul>
        </div>
      ))}
    </section>
  );
}
