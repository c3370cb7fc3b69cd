import type { EsdbDoubleCluster, Timings } from './cluster.js';
import type { DoubleOptions, EsdbDouble } from './esdb-double.js';

export type { EsdbDouble };
export type { EsdbDoubleCluster, Timings };

/** Loaded when it is first needed: the driver and its generated code are big, and few specs want them. */
export async function startEsdbDouble(options?: DoubleOptions): Promise<EsdbDouble> {
  const module = await import('./esdb-double.js');
  return module.EsdbDouble.start(options);
}

export async function startEsdbDoubleCluster(timings?: Partial<Timings>): Promise<EsdbDoubleCluster> {
  const module = await import('./cluster.js');
  return module.EsdbDoubleCluster.start(timings);
}
