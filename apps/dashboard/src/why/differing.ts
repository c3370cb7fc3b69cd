import type { WhatIfReply } from '@conclave/contract';

/** When another leads in one of two plays than in the other. */
export function differingSpans(
  timeline: WhatIfReply['timeline'],
  end: number,
): { from: number; to: number }[] {
  const spans: { from: number; to: number }[] = [];
  for (const [n, { at, recorded, other }] of timeline.entries()) {
    if (recorded === other) continue;
    const next = timeline[n + 1];
    const [from, to] = [Date.parse(at), next ? Date.parse(next.at) : end];
    const last = spans.at(-1);
    if (last?.to === from) last.to = to;
    else if (to > from) spans.push({ from, to });
  }
  return spans;
}
