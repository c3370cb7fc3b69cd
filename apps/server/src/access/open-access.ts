import { existsSync, statSync } from 'node:fs';
import { Access, accessFrom, ReloadedFile, tokensFrom, type KeptToken } from '@conclave/access';
import type { Node } from '@conclave/node';
import { namedBy, type Config } from '../environment/config.js';
import { besideStore } from '../environment/beside-store.js';
import type { Logger } from '../environment/logger.js';
import type { UnusedFiles } from './unused-files.js';

const NONE: ReadonlyMap<string, KeptToken> = new Map();

/** Whoever asks must show who he is, or null: authentication is off. Throws ConfigError for files that cannot be used. */
export function openAccess(config: Config, node: Node, logger: Logger, files: UnusedFiles): Access | null {
  if (!config.isAuthOn) return null;
  const reporter = files.reporter(logger);
  const tokens = config.tokens ?? besideStore(config, 'tokens');
  const tokensIn = (text: string) => (text === '' ? NONE : tokensFrom(text));
  const isSecret = { isSecret: true, mayLack: true };
  const { access } = config;
  try {
    return new Access({
      tokens:
        tokens === null
          ? null
          : namedBy('CONCLAVE_TOKENS', () => new ReloadedFile(tokens, tokensIn, reporter, isSecret)),
      rules:
        access === undefined
          ? null
          : namedBy('CONCLAVE_ACCESS', () => new ReloadedFile(access, accessFrom, reporter)),
      runnerKeys: () => node.keys.known,
      nowMs: () => node.clock.wallMs(),
      reporter,
    });
  } finally {
    const why = tokens === null ? null : whyNobody(tokens, config.access !== undefined);
    if (why !== null) logger.warn(`authentication is on, and ${why}`);
  }
}

/** Why no token counts; null: one may, or others are let in. */
function whyNobody(tokens: string, areOthers: boolean): string | null {
  const isThere = existsSync(tokens);
  if (isThere && statSync(tokens).size === 0)
    return `"${tokens}" is empty, so no token counts: put back what was in it, or remove it, and make new ones`;
  if (isThere || areOthers) return null;
  return `there is no token yet: as the user of this server, conclave token create --file ${tokens} --role admin --name <you>`;
}
