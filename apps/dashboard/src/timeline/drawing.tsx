import { scaleTime } from 'd3-scale';
import type { Bar, Span } from './bars.js';
import type { Layout, Mark } from './layout.js';
import { tickInWords } from './ticks.js';

export const LANE = 22;
export const HEAD = 20;
const FOOT = 18;

/** With a place for flags, also where there are none yet: what stands below must not move under a hand that is about to press it. */
export const heightOf = ({ lanes }: Layout): number => HEAD + lanes.length * LANE + FOOT;

/** What can be explained: a bar of a lane, or a flag. */
export interface Chosen {
  lane: number;
  n: number;
}
const isSame = (a: Chosen | null, lane: number, n: number): boolean => a?.lane === lane && a.n === n;

interface Drawing {
  layout: Layout;
  window: Span;
  width: number;
  at: number | null;
  chosen: Chosen | null;
  point: (mark: Chosen | null) => void;
}

/** Lanes, flags and hours, as SVG of its own size. */
export function Drawing({ layout, window, width, at, chosen, point }: Drawing) {
  const scale = scaleTime([new Date(window.from), new Date(window.to)], [0, width]);
  const bottom = HEAD + layout.lanes.length * LANE;
  const room = Math.max(2, Math.floor(width / 90));
  const ticks = scale.ticks(room);
  const every = Math.ceil(ticks.length / room); // as many are named as have room beside each other
  const stepMs = ticks.length > 1 ? ticks[1]!.getTime() - ticks[0]!.getTime() : 60_000;
  return (
    <svg width={width} height={heightOf(layout)} aria-hidden="true" onPointerLeave={() => point(null)}>
      <Hatching />
      {ticks.map((tick, n) => (
        <g key={tick.getTime()}>
          <line class="grid" x1={scale(tick)} x2={scale(tick)} y1={HEAD} y2={bottom} />
          {n % every === 0 && isInside(scale(tick), width) && (
            <text class="tick" x={scale(tick)} y={bottom + 13} text-anchor="middle">
              {tickInWords(tick, stepMs)}
            </text>
          )}
        </g>
      ))}
      {layout.lanes.map(({ name, bars }, lane) => (
        <g key={name} transform={`translate(0 ${HEAD + lane * LANE})`}>
          {bars.map((bar, n) => (
            <rect
              key={`${bar.first.kind}${bar.first.from}`}
              x={bar.x}
              width={bar.width}
              {...shapeOf(bar)}
              class={`mark ${bar.first.kind}${isSame(chosen, lane, n) ? ' pointed' : ''}`}
              data-mark={`${lane}.${n}`}
              onPointerEnter={() => point({ lane, n })}
            />
          ))}
        </g>
      ))}
      {layout.flags.map(({ x, events }, n) => (
        <g
          key={events[0]!.version}
          class={isSame(chosen, -1, n) ? 'mark flag pointed' : 'mark flag'}
          data-mark={`-1.${n}`}
          transform={`translate(${x} 0)`}
          onPointerEnter={() => point({ lane: -1, n })}
        >
          <path d={`M0 2v${bottom - 2}h.8V11l8-4.5z`} />
          <rect class="hit" x={-3} y={0} width={13} height={HEAD} />
        </g>
      ))}
      {at !== null && at >= window.from && at <= window.to && (
        <line class="at" x1={scale(at)} x2={scale(at)} y1={0} y2={bottom} />
      )}
    </svg>
  );
}

/** A silence is a thin line, so that a term that it ended is seen behind it. */
const shapeOf = ({ first }: Bar<Mark>): { y: number; height: number } =>
  first.kind === 'silent' ? { y: 9, height: 4 } : { y: 3, height: 16 };

/** What stands at an edge would be cut off by it. */
const isInside = (x: number, width: number): boolean => x > 30 && x < width - 30;

const Hatching = () => (
  <defs>
    {['told', 'held'].map((kind) => (
      <pattern
        key={kind}
        id={`hatched-${kind}`}
        width={5}
        height={5}
        patternUnits="userSpaceOnUse"
        patternTransform="rotate(45)"
      >
        <rect width={5} height={5} class="between" />
        <rect width={2.5} height={5} class={`stripe ${kind}`} />
      </pattern>
    ))}
  </defs>
);
