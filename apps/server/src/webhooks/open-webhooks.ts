import type { Node } from '@conclave/node';
import { ConfigError, type Config } from '../environment/config.js';
import type { Logger } from '../environment/logger.js';
import { openWebhooksFile } from './webhooks-file.js';
import { Webhooks } from './webhooks.js';

/** Throws {@link ConfigError} for a file that cannot be used. */
export function openWebhooks({ webhooks }: Config, node: Node, logger: Logger): Webhooks {
  try {
    return new Webhooks(webhooks === undefined ? null : openWebhooksFile(webhooks, logger), node, logger);
  } catch (error) {
    throw new ConfigError(`${(error as Error).message} (CONCLAVE_WEBHOOKS names it)`);
  }
}
