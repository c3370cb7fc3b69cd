import type { WhatIfReply } from '@conclave/contract';
import { useRef } from 'preact/hooks';
import { Clock } from '../parts/instant.js';
import { Text } from '../parts/text.js';
import { Drawing } from '../timeline/drawing.js';
import { layoutOf } from '../timeline/layout.js';
import { useWidth } from '../timeline/use-width.js';
import { counted, duration, sentence } from '../words/duration.js';
import { differingSpans } from './differing.js';

/** What was, and what would have been, one above the other; where they differ is marked in both. */
export function Outcomes({ reply }: { reply: WhatIfReply }) {
  const { identical, from, to, recorded, other, timeline, limits } = reply;
  const differing = differingSpans(timeline, Date.parse(to));
  const rows = [
    ['Changes of leader', recorded.changes, other.changes],
    ['Nobody led', duration(recorded.leaderlessMs), duration(other.leaderlessMs)],
    ['Flaps', recorded.flaps, other.flaps],
  ] as const;
  return (
    <section class="outcomes">
      <p class="headline">
        {identical
          ? 'Nothing would have been otherwise.'
          : differing.length === 0
            ? 'The same would have led, though not all of it would have happened the same way.'
            : `Another would have led, or nobody, for ${duration(differing.reduce((ms, one) => ms + one.to - one.from, 0))}.`}
      </p>
      <table class="compared">
        <thead>
          <tr>
            <th scope="col">
              From <Clock at={from} /> to <Clock at={to} />
            </th>
            <th scope="col">as it was</th>
            <th scope="col">what if</th>
          </tr>
        </thead>
        <tbody>
          {rows.map(([what, was, would]) => (
            <tr key={what}>
              <th scope="row">{what}</th>
              <td>{was}</td>
              <td>{was === would ? would : <strong>{would}</strong>}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {(['recorded', 'other'] as const).map((which) => (
        <Played key={which} reply={reply} which={which} differing={differing} />
      ))}
      {limits.length > 0 && (
        <>
          <h2>What this cannot tell</h2>
          <ul>
            {limits.map((limit) => (
              <li key={limit}>
                <Text of={sentence(limit)} />
              </li>
            ))}
          </ul>
        </>
      )}
    </section>
  );
}

interface Span {
  from: number;
  to: number;
}

function Played({
  reply,
  which,
  differing,
}: {
  reply: WhatIfReply;
  which: 'recorded' | 'other';
  differing: Span[];
}) {
  const plot = useRef<HTMLDivElement>(null);
  const width = useWidth(plot);
  const window = {
    from: Date.parse(reply.from),
    to: Math.max(Date.parse(reply.to), Date.parse(reply.from) + 1),
  };
  const { tenures } = reply[which];
  const runners = [
    ...new Set([...reply.recorded.tenures, ...reply.other.tenures].map(({ runner }) => runner)),
  ];
  const layout = layoutOf({ tenures, events: [], runners, now: window.to }, window, width);
  const x = (ms: number): number => ((ms - window.from) / (window.to - window.from)) * width;
  const title = which === 'recorded' ? 'As it was' : 'What if';
  return (
    <figure class="timeline" aria-label={title}>
      <h2>{title}</h2>
      <div class="frame">
        <ul class="names" style={{ paddingTop: '4px' }}>
          {layout.lanes.map(({ name }) => (
            <li key={name} class={name ? '' : 'alarm'}>
              {name ? <Text of={name} /> : 'nobody'}
            </li>
          ))}
        </ul>
        <div ref={plot} class="plot still">
          <Drawing
            layout={layout}
            window={window}
            width={width}
            at={null}
            chosen={null}
            point={() => undefined}
          />
          <svg
            width={width}
            height={6}
            role="img"
            aria-label={`They differ ${counted(differing.length, 'time')}`}
          >
            {differing.map((span) => (
              <rect
                key={span.from}
                class="differs"
                x={x(span.from)}
                width={Math.max(2, x(span.to) - x(span.from))}
                height={6}
              />
            ))}
          </svg>
        </div>
      </div>
    </figure>
  );
}
