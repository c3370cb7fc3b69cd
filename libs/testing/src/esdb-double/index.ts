import type { DoubleOptions, EsdbDouble } from './esdb-double.js';

export type { EsdbDouble };

/** Loaded when it is first needed: the driver and its generated code are big, and few specs want them. */
export async function startEsdbDouble(options?: DoubleOptions): Promise<EsdbDouble> {
  const module = await import('./esdb-double.js');
  return module.EsdbDouble.start(options);
}
