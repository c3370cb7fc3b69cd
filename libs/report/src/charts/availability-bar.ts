import type { Availability } from '@conclave/audit';
import { scaleLinear } from 'd3-scale';
import { h, type VNode } from 'preact';
import { duration, share } from '../text/words.js';

interface Part {
  kind: string;
  what: string;
  ms: number;
}

/** The parts in the order of the table beside it; together they are the window. */
function partsOf(a: Availability): Part[] {
  const pausedMs = a.leaderlessByWhy.paused ?? 0;
  return [
    { kind: 'led', what: 'somebody led', ms: a.ledMs },
    { kind: 'told', what: 'led by who had been told to stop', ms: a.handoverMs },
    { kind: 'held', what: 'nobody led, elections were paused', ms: pausedMs },
    { kind: 'gap', what: 'nobody led', ms: a.leaderlessMs - pausedMs },
    { kind: 'before', what: 'before the first leader', ms: a.beforeFirstMs },
  ].filter(({ ms }) => ms > 0);
}

/** The window as one bar. */
export function availabilityBar(a: Availability): VNode {
  const parts = partsOf(a);
  const wholeMs = parts.reduce((sum, { ms }) => sum + ms, 0);
  const scale = scaleLinear([0, wholeMs], [0, 100]);
  let sofarMs = 0;
  const rects = parts.map(({ kind, what, ms }) => {
    const x = scale(sofarMs);
    sofarMs += ms;
    return h(
      'rect',
      { x: `${x}%`, width: `${scale(sofarMs) - x}%`, height: 28, class: kind },
      h('title', null, `${what}: ${duration(ms)}, ${share(ms, wholeMs)}`),
    );
  });
  const said = parts.map(({ what, ms }) => `${what} ${share(ms, wholeMs)}`).join(', ') || 'no time at all';
  return h(
    'svg',
    { height: 28, width: '100%', role: 'img', 'aria-label': said },
    h('title', null, said),
    rects,
  );
}
