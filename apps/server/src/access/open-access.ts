import { existsSync } from 'node:fs';
import { Access, accessFrom, ReloadedFile, tokensFrom, type KeptToken } from '@conclave/access';
import type { Node } from '@conclave/node';
import { namedBy, type Config } from '../environment/config.js';
import { besideStore } from '../environment/beside-store.js';
import type { Logger } from '../environment/logger.js';

const NONE: ReadonlyMap<string, KeptToken> = new Map();

/** Whoever asks must show who he is, or null: authentication is off. Throws ConfigError for files that cannot be used. */
export function openAccess(config: Config, node: Node, logger: Logger): Access | null {
  if (!config.isAuthOn) return null;
  const tokens = config.tokens ?? besideStore(config, 'tokens');
  const tokensIn = (text: string) => (text === '' ? NONE : tokensFrom(text));
  const isSecret = { isSecret: true, mayLack: true };
  const { access } = config;
  try {
    return new Access({
      tokens:
        tokens === null
          ? null
          : namedBy('CONCLAVE_TOKENS', () => new ReloadedFile(tokens, tokensIn, logger, isSecret)),
      rules:
        access === undefined
          ? null
          : namedBy('CONCLAVE_ACCESS', () => new ReloadedFile(access, accessFrom, logger)),
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
