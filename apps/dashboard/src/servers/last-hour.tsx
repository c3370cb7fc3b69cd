import type { FiguresReply } from '@conclave/contract';
import { scaleLinear } from 'd3-scale';
import { line } from 'd3-shape';
import { useAsked } from '../api/use-asked.js';
import { Clock } from '../parts/instant.js';
import { ProblemNote } from '../parts/problem-note.js';
import { whole } from '../words/duration.js';
import { bytes } from './figures.js';

type Minute = FiguresReply['minutes'][number];

const WIDTH = 240;
const HEIGHT = 36;

/** What a person wants to see of each minute, and how to say it. */
const SHOWN: [name: keyof Minute, words: string, said: (n: number) => string][] = [
  ['beats', 'Heartbeats a minute', whole],
  ['decisions', 'Decisions a minute', whole],
  ['writes', 'Writes a minute', whole],
  ['requests', 'Requests a minute', whole],
  ['refused', 'Told to come again', whole],
  ['leaderless', 'Groups without a leader', whole],
  ['streams', 'Streams open', whole],
  ['loopDelayP99Ms', 'Event loop delay, p99', (n) => `${n} ms`],
  ['deafMs', 'Not heard the store for', (n) => `${whole(n)} ms`],
  ['heapBytes', 'Memory of JavaScript', bytes],
];

/** The last hour of this server, a point a minute. */
export function LastHourPart({ beat }: { beat: number }) {
  const { data, problem } = useAsked<FiguresReply>('/v1/figures', beat);
  const minutes = data?.minutes ?? [];
  if (problem) return <ProblemNote problem={problem} />;
  if (!data) return <p class="quiet">Reading the figures …</p>;
  if (minutes.length === 0) return <p class="quiet">The first minute is not over yet.</p>;
  return (
    <>
      <p class="quiet">
        {minutes.length === 1 ? 'One minute' : `${minutes.length} minutes`}, until{' '}
        <Clock at={minutes.at(-1)!.at} />.
      </p>
      <dl class="facts lines-of">
        {SHOWN.map(([name, words, said]) => {
          const values = minutes.map((minute) => Number(minute[name]));
          const [last, most] = [values.at(-1)!, Math.max(...values)];
          return (
            <div key={name}>
              <dt>{words}</dt>
              <dd>
                <svg
                  width={WIDTH}
                  viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
                  role="img"
                  aria-label={`${words}: ${said(last)} in the last minute, ${said(most)} at the most`}
                >
                  <path class="spark" d={pathOf(values, most)} />
                </svg>{' '}
                {said(last)} <span class="quiet">at most {said(most)}</span>
              </dd>
            </div>
          );
        })}
      </dl>
    </>
  );
}

function pathOf(values: readonly number[], most: number): string {
  const x = scaleLinear([0, 59], [2, WIDTH - 2]);
  const y = scaleLinear([0, Math.max(most, 1)], [HEIGHT - 2, 2]);
  const first = 60 - values.length; // now is at the right edge
  const points = values.map((value, n): [number, number] => [x(first + n), y(value)]);
  if (points.length === 1) points.unshift([points[0]![0] - 2, points[0]![1]]);
  return line()(points) ?? '';
}
