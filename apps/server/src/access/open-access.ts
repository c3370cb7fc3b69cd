import { existsSync } from 'node:fs';
import { Access, accessFrom, ReloadedFile, tokensFrom, type KeptToken } from '@conclave/access';
import type { Node } from '@conclave/node';
import { ConfigError, type Config } from '../environment/config.js';
import { besideStore } from '../environment/beside-store.js';
import type { Logger } from '../environment/logger.js';

const NONE: ReadonlyMap<string, KeptToken> = new Map();

/** Whoever asks must show who he is, or null: authentication is off. Throws {@link ConfigError} for files that cannot be used. */
export function openAccess(config: Config, node: Node, logger: Logger): Access | null {
  if (!config.isAuthOn) return null;
  const tokens = config.tokens ?? besideStore(config, 'tokens');
  const tokensIn = (text: string) => (text === '' ? NONE : tokensFrom(text));
  try {
    return new Access({
      tokens:
        tokens === null
          ? null
          : new ReloadedFile(tokens, tokensIn, logger, { isSecret: true, mayLack: true }),
      rules: config.access === undefined ? null : new ReloadedFile(config.access, accessFrom, logger),
      runnerKeys: () => node.keys.known,
      nowMs: () => node.clock.wallMs(),
      reporter: logger,
    });
  } catch (error) {
    throw new ConfigError((error as Error).message);
  } finally {
    if (tokens !== null && !existsSync(tokens) && config.access === undefined)
      logger.warn(
        `authentication is on, and there is no token yet: conclave token create --file ${tokens} --role admin --name <you>`,
      );
  }
}
