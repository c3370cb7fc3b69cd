import { whole } from '../words/duration.js';

export interface Figure {
  name: string;
  value: string;
}

export const bytes = (n: number): string => `${Math.round(n / 1_048_576)} MiB`;
const seconds = (n: number): string => (n < 1 ? `${(n * 1_000).toFixed(1)} ms` : `${n.toFixed(1)} s`);

/** What of the metrics a person wants to see, and in which words; all of them are at /metrics. */
const SHOWN: [metric: string, words: string, said: (n: number) => string][] = [
  ['conclave_groups', 'Groups', whole],
  ['conclave_events_total', 'Events read', whole],
  ['conclave_streams', 'Streams open', whole],
  ['conclave_store_errors_total', 'Store errors', whole],
  ['conclave_subscription_resumes_total', 'Subscription resumed', whole],
  ['conclave_defects_total', 'Defects', whole],
  ['conclave_audits_running', 'Audits that run', whole],
  ['conclave_admission_refused_total', 'Requests refused, too many', whole],
  ['nodejs_eventloop_lag_p99_seconds', 'Event loop lag, p99', seconds],
  ['process_resident_memory_bytes', 'Memory', bytes],
  ['process_cpu_seconds_total', 'CPU time', seconds],
];

/** Sums over labels, out of the text that Prometheus reads. */
export function figuresOf(text: string): Figure[] {
  const sums = new Map<string, number>();
  for (const line of text.split('\n')) {
    const [, name, value] = /^([a-z_0-9]+)(?:\{.*\})? (\S+)$/.exec(line) ?? [];
    if (name !== undefined) sums.set(name, (sums.get(name) ?? 0) + Number(value));
  }
  return SHOWN.filter(([metric]) => sums.has(metric)).map(([metric, name, said]) => ({
    name,
    value: said(sums.get(metric)!),
  }));
}
