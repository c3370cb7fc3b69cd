import { collectDefaultMetrics, Counter, Gauge, Registry } from 'prom-client';

/** A figure that is looked up when somebody looks. */
export function gauge(registry: Registry, name: string, help: string, value: () => number): void {
  const series: Gauge = new Gauge({ name, help, registers: [registry], collect: () => series.set(value()) });
}

/** A counter of what is counted elsewhere, read when somebody looks. */
export function count(
  registry: Registry,
  name: string,
  help: string,
  label: string,
  counts: ReadonlyMap<string, number>,
): void {
  const counter: Counter = new Counter({
    name,
    help,
    labelNames: [label],
    registers: [registry],
    collect: () => {
      counter.reset();
      for (const [value, n] of counts) counter.inc({ [label]: value }, n);
    },
  });
}

/** Gauges that are called like counters: promtool warns of them, and each stands there without the ending, too. */
const MISNAMED = ['handles', 'requests', 'resources'].map((of) => `nodejs_active_${of}_total`);
let ofProcess: Registry | null = null;

/**
 * Adds what is measured of the process. It is collected once: what observes it (garbage collection) is never let go of, and would
 * hold each server that began in this process, with all that it has read.
 */
export function joinProcess(registry: Registry): void {
  if (!ofProcess) {
    collectDefaultMetrics({ register: (ofProcess = new Registry()) });
    for (const name of MISNAMED) ofProcess.removeSingleMetric(name);
  }
  for (const name of ofProcess.getMetricsAsArray().map((metric) => metric.name))
    registry.registerMetric(ofProcess.getSingleMetric(name)!);
}
