// Writes openapi.json from the built server; the build does so into dist/, from where /openapi.json is served.
import 'reflect-metadata';
import { writeFileSync } from 'node:fs';
import { configFrom } from '../dist/apps/server/src/environment/config.js';
import { createApplication } from '../dist/apps/server/src/create-server.js';
import { openApiOf } from '../dist/apps/server/src/http/edge/openapi.js';
import { loggerFor } from '../dist/apps/server/src/environment/logger.js';
import { openStore } from '../dist/apps/server/src/open-store.js';
import { anyName, asked } from './asked.mjs';

const HELP = 'npm run openapi [-- file]: writes the API of this tree into a file (openapi.json)';
const { names } = await asked('openapi', HELP, {}, anyName);
const [to = 'openapi.json'] = names;

const config = configFrom({ CONCLAVE_STORE: 'sqlite::memory:', CONCLAVE_LOG_LEVEL: 'error' });
const app = await createApplication(config, await openStore(config), loggerFor(config));
await app.init();
writeFileSync(
  new URL(`../${to}`, import.meta.url),
  `${JSON.stringify(openApiOf(app), null, to === 'openapi.json' ? 2 : 0)}\n`,
);
process.exit();
