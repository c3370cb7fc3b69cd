import { Fragment, h, type VNode } from 'preact';
import { percent, type Bar, type Scale } from './bars.js';
import type { Tick } from './ticks.js';

/** What all lanes of a timeline share. */
export interface Grid {
  scale: Scale;
  ticks: readonly Tick[];
}

/** A run of many short times is pale, but never so that it is overlooked. */
const PALEST = 0.35;

/** A bar that says what it stands for. */
export const bar = <T>({ x, width, count, filled }: Bar<T>, kind: string, title: string): VNode =>
  h(
    'rect',
    {
      x: percent(Math.min(x, 100 - width)), // one that begins with the end is seen, too
      width: percent(width),
      y: 3,
      height: 14,
      class: kind,
      'fill-opacity': count > 1 ? Math.max(PALEST, filled).toFixed(2) : undefined,
    },
    h('title', null, title),
  );

/** One row of a timeline: its name, and a strip of the window as wide as the others. */
export const lane = ({ scale, ticks }: Grid, name: string, what: string, marks: VNode[]): VNode =>
  h(
    'div',
    { class: 'lane' },
    h('span', { class: 'name' }, name),
    h(
      'svg',
      { height: 20, width: '100%', role: 'img', 'aria-label': what },
      h('title', null, what),
      ticks.map(({ at }) => h('line', { class: 'grid', x1: x(scale, at), x2: x(scale, at), y1: 0, y2: 20 })),
      marks,
    ),
  );

/** Instants below the lanes; on a narrow screen only every other. */
export const axis = ({ scale, ticks }: Grid): VNode =>
  h(
    'div',
    { class: 'lane axis' },
    h('span', { class: 'name' }, 'UTC'),
    h(
      'svg',
      { height: 18, width: '100%', 'aria-hidden': 'true' },
      ticks.map(({ at, text }) =>
        h('text', { x: x(scale, at), y: 13, 'text-anchor': anchor(scale(at)) }, text),
      ),
    ),
  );

const x = (scale: Scale, at: string): string => percent(scale(at));
/** What stands at an edge must not be cut off by it. */
const anchor = (at: number): string => (at < 6 ? 'start' : at > 94 ? 'end' : 'middle');

/** The hatching that all charts fill with; drawn nowhere itself. */
export const patterns = (): VNode =>
  h(
    Fragment,
    null,
    h(
      'svg',
      { width: 0, height: 0, class: 'patterns', 'aria-hidden': 'true' },
      h('defs', null, pattern('hatched', 'stripe'), pattern('held', 'stripe quiet')),
    ),
  );

const pattern = (id: string, kind: string): VNode =>
  h(
    'pattern',
    { id, width: 5, height: 5, patternUnits: 'userSpaceOnUse', patternTransform: 'rotate(45)' },
    h('rect', { width: 5, height: 5, class: 'between' }),
    h('rect', { width: 2.5, height: 5, class: kind }),
  );
