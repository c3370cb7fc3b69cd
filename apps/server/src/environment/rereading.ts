import { configOf, KNOWN_VARIABLES, valuesFrom } from './config.js';
import type { Logger } from './logger.js';
import { flagOf, gather } from './sources.js';

type Values = ReturnType<typeof valuesFrom>;

/** Takes effect at once; tokens, access rules and certificates are read again whenever their files change, without this. */
const LIVE = new Set(['CONCLAVE_LOG_LEVEL']);

/** What SIGHUP does: reads the configuration again, takes what can be taken, and says what needs a restart. */
export function rereading(
  argv: readonly string[],
  environment: Record<string, string | undefined>,
  values: Values,
  logger: Logger,
): () => void {
  let before: Values = values;
  return () => {
    try {
      const told = gather(argv, environment, KNOWN_VARIABLES);
      const now = valuesFrom(told.environment, told.origins);
      configOf(now); // a restart would be refused: better told now
      now.CONCLAVE_INSTANCE = before.CONCLAVE_INSTANCE; // by default another each time
      const changed = Object.keys(now).filter(
        (name) => JSON.stringify(now[name as keyof Values]) !== JSON.stringify(before[name as keyof Values]),
      );
      const [taken, later] = [true, false].map((isLive) =>
        changed.filter((name) => LIVE.has(name) === isLive).map(flagOf),
      );
      logger.level = now.CONCLAVE_LOG_LEVEL;
      if (changed.length === 0) logger.info('the configuration was read again: nothing is different');
      if (taken!.length > 0) logger.info({ taken }, 'the configuration was read again, and taken');
      if (later!.length > 0) logger.warn({ later }, `a restart is needed for ${later!.join(', ')}`);
      before = { ...before, CONCLAVE_LOG_LEVEL: now.CONCLAVE_LOG_LEVEL }; // the rest is as it runs
    } catch (error) {
      logger.error(
        `the configuration cannot be read again, what was before stays: ${(error as Error).message}`,
      );
    }
  };
}
