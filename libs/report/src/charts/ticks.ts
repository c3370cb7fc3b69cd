import type { Span } from '@conclave/audit';
import { scaleUtc } from 'd3-scale';

export interface Tick {
  at: string;
  text: string;
}

const DAY_MS = 86_400_000;

/** Round instants of a window, as much of each as tells them apart: date, hour and minute, or second. */
export function ticksOf({ from, to }: Span): Tick[] {
  if (from === to) return [];
  const ats = scaleUtc([new Date(from), new Date(to)], [0, 100])
    .ticks(6)
    .map((tick) => tick.toISOString());
  const stepMs = ats.length > 1 ? Date.parse(ats[1]!) - Date.parse(ats[0]!) : DAY_MS;
  return ats.map((at) => ({ at, text: textOf(at, stepMs) }));
}

function textOf(at: string, stepMs: number): string {
  const [date, time] = [at.slice(0, 10), at.slice(11, 23)];
  if (stepMs >= DAY_MS || time === '00:00:00.000') return date;
  if (stepMs >= 60_000) return time.slice(0, 5);
  return stepMs >= 1_000 ? time.slice(0, 8) : time;
}
