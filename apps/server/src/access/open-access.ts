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
  const isSecret = { isSecret: true, mayLack: true };
  try {
    return new Access({
      tokens: reloaded(
        'CONCLAVE_TOKENS',
        tokens,
        (path) => new ReloadedFile(path, tokensIn, logger, isSecret),
      ),
      rules: reloaded('CONCLAVE_ACCESS', config.access, (path) => new ReloadedFile(path, accessFrom, logger)),
      runnerKeys: () => node.keys.known,
      nowMs: () => node.clock.wallMs(),
      reporter: logger,
    });
  } finally {
    if (tokens !== null && !existsSync(tokens) && config.access === undefined)
      logger.warn(
        `authentication is on, and there is no token yet: conclave token create --file ${tokens} --role admin --name <you>`,
      );
  }
}

function reloaded<T>(
  variable: string,
  path: string | null | undefined,
  open: (path: string) => ReloadedFile<T>,
): ReloadedFile<T> | null {
  try {
    return path == null ? null : open(path);
  } catch (error) {
    throw new ConfigError(`${(error as Error).message} (${variable} names it)`);
  }
}
