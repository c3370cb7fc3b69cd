import type { Node } from '@conclave/node';
import { namedBy, type Config } from '../environment/config.js';
import type { Logger } from '../environment/logger.js';
import type { UnusedFiles } from '../access/unused-files.js';
import { openWebhooksFile } from './webhooks-file.js';
import { Webhooks } from './webhooks.js';

/** Throws ConfigError for a file that cannot be used. */
export function openWebhooks({ webhooks }: Config, node: Node, logger: Logger, files: UnusedFiles): Webhooks {
  const reporter = files.reporter(logger);
  const file =
    webhooks === undefined ? null : namedBy('CONCLAVE_WEBHOOKS', () => openWebhooksFile(webhooks, reporter));
  return new Webhooks(file, node, logger);
}
