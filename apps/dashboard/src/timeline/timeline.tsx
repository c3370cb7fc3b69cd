import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { ProblemNote } from '../parts/problem-note.js';
import { Text } from '../parts/text.js';
import { useNow } from '../parts/use-now.js';
import { useQuery } from '../parts/use-query.js';
import { counted } from '../words/duration.js';
import type { Span } from './bars.js';
import { Drawing, HEAD, heightOf, LANE, type Chosen } from './drawing.js';
import { layoutOf, type Layout } from './layout.js';
import { panned, zoomed } from './move.js';
import { useFacts } from './use-facts.js';
import { useMoves } from './use-moves.js';
import { useWindowInAddress } from './use-window-in-address.js';
import { useWidth } from './use-width.js';
import { barInWords, flagInWords } from './words.js';

const DAY_MS = 86_400_000;

interface Given {
  group: string;
  runners: readonly string[];
  createdAt: string;
  revision: unknown;
}

/** Who led when, who was silent, and what people ordered; as near as one likes. */
export function Timeline({ group, runners, createdAt, revision }: Given) {
  const [{ at }, change] = useQuery();
  const [moved, show] = useWindowInAddress();
  const time = useNow(1_000);
  const held = useRef(time);
  const [pointed, point] = useState<Chosen | null>(null);
  const [kept, keep] = useState<Chosen | null>(null);
  const chosen = pointed ?? kept;
  if (!chosen) held.current = time; // what is pointed at does not run away
  const now = held.current;
  const frame = useRef<HTMLDivElement>(null);
  const width = useWidth(frame);
  const whole: Span = {
    from: Math.max(Date.parse(createdAt), now - DAY_MS),
    to: Math.max(now, Date.parse(createdAt) + 1_000),
  };
  const shown = moved ?? whole;
  const facts = useFacts(group, shown, revision);
  const layout = useMemo(
    () => layoutOf({ ...facts, runners, now }, shown, width),
    [facts, runners, now, shown.from, shown.to, width],
  );
  useEffect(() => point(null), [shown.from]);

  const step = (by: number): void => {
    const marks = marksInOrder(layout);
    const n = marks.findIndex((mark) => mark.lane === kept?.lane && mark.n === kept.n);
    keep(marks[Math.min(marks.length - 1, Math.max(0, n + by))] ?? null);
  };
  useMoves(frame, {
    zoom: (factor, around) => show(zoomed(shown, factor, around, now)),
    pan: (by) => show(panned(shown, by, now)),
    all: () => show(null),
    step,
    click: (around, mark) => {
      if (mark) keep(mark);
      else
        change(
          { at: new Date(Math.min(now, shown.from + (shown.to - shown.from) * around)).toISOString() },
          true,
        );
    },
  });

  return (
    <figure class="timeline">
      <div class="frame">
        <ul class="names" aria-hidden="true" style={{ paddingTop: `${HEAD}px` }}>
          {layout.lanes.map(({ name }) => (
            <li key={name} style={{ height: `${LANE}px` }} class={name ? '' : 'alarm'}>
              {name ? <Text of={name} /> : 'nobody'}
            </li>
          ))}
        </ul>
        <div
          ref={frame}
          class="plot"
          tabIndex={0}
          role="application"
          aria-label="Timeline. Arrow keys move, + and - zoom, 0 shows all, n and p go from mark to mark."
          style={{ height: `${heightOf(layout)}px` }}
        >
          <Drawing
            layout={layout}
            window={shown}
            width={width}
            at={at ? Date.parse(at) : null}
            chosen={chosen}
            point={point}
          />
        </div>
      </div>
      <figcaption>
        <p class="explained" role="status">
          {chosen ? <Explained layout={layout} chosen={chosen} group={group} /> : <Legend />}
        </p>
        <p class="moves">
          <button type="button" onClick={() => show(panned(shown, -0.5, now))}>
            ← earlier
          </button>
          <button type="button" onClick={() => show(panned(shown, 0.5, now))}>
            later →
          </button>
          <button type="button" onClick={() => show(zoomed(shown, 0.5, 0.5, now))}>
            nearer
          </button>
          <button type="button" onClick={() => show(zoomed(shown, 2, 0.5, now))}>
            farther
          </button>
          {moved && (
            <button type="button" onClick={() => show(null)}>
              the last 24 h
            </button>
          )}
          {layout.hidden > 0 && (
            <span class="quiet">
              {counted(layout.hidden, 'runner')} that led less {layout.hidden === 1 ? 'is' : 'are'} left out.
            </span>
          )}
          {facts.isCut && <span class="quiet">More happened than is drawn: look nearer.</span>}
        </p>
      </figcaption>
      {facts.problem && <ProblemNote problem={facts.problem} />}
    </figure>
  );
}

/** All that can be explained, from left to right. */
function marksInOrder({ lanes, flags }: Layout): Chosen[] {
  const marks = lanes.flatMap(({ bars }, lane) => bars.map(({ x }, n) => ({ lane, n, x })));
  return [...marks, ...flags.map(({ x }, n) => ({ lane: -1, n, x }))].sort((a, b) => a.x - b.x);
}

function Explained({ layout, chosen, group }: { layout: Layout; chosen: Chosen; group: string }) {
  const flag = chosen.lane < 0 ? layout.flags[chosen.n] : undefined;
  if (flag) return <Text of={`${flagInWords(flag)}.`} />;
  const bar = layout.lanes[chosen.lane]?.bars[chosen.n];
  if (!bar) return <Legend />;
  const { tenure, kind } = bar.first;
  const isTerm = tenure !== undefined && bar.count === 1 && (kind === 'led' || kind === 'told');
  return (
    <>
      <Text of={`${barInWords(bar)}.`} />{' '}
      {isTerm && <a href={`/groups/${encodeURIComponent(group)}/why/${tenure.term}`}>Why it was elected</a>}
    </>
  );
}

const Legend = () => (
  <span class="legend quiet">
    <i class="key led" /> leads <i class="key told" /> told to stop <i class="key silent" /> silent{' '}
    <i class="key gap" /> nobody leads <i class="key held" /> paused <b>⚑</b> order of a person. Point at
    anything, or press n: it is explained here. A click shows the group as it was then.
  </span>
);
