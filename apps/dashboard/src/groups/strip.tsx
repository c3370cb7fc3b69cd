import type { Details } from '../live/known-details.js';
import { stripOf } from './strip-of.js';

/** Who led in the last 24 hours: a tint a runner, red where nobody did. */
export function Strip({ tenures, from, to, isCut }: Details) {
  if (tenures === null) return <span class="strip" title="who led is for auditors to read" />;
  const { spans, words } = stripOf(tenures, from, to, isCut);
  return (
    <svg class="strip" viewBox="0 0 1000 10" preserveAspectRatio="none" role="img" aria-label={words}>
      <title>{words}</title>
      <rect class="before" x={0} width={1000} y={4} height={2} />
      {spans.map(({ x, width, kind, tint }) => (
        <rect
          key={x}
          x={x}
          width={width}
          y={0}
          height={10}
          class={kind === 'led' ? `led tint-${tint}` : kind}
        />
      ))}
    </svg>
  );
}
