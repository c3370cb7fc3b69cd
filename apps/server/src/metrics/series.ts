import { Counter, Gauge, type Registry } from 'prom-client';

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
