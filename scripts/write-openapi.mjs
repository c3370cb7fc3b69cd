// Writes openapi.json from the built server; the build does so into dist/, from where /openapi.json is served.
import 'reflect-metadata';
import { writeFileSync } from 'node:fs';
import { configFrom } from '../dist/apps/server/src/environment/config.js';
import { createApplication } from '../dist/apps/server/src/create-server.js';
import { openApiOf } from '../dist/apps/server/src/http/edge/openapi.js';
import { loggerFor } from '../dist/apps/server/src/environment/logger.js';
import { openStore } from '../dist/apps/server/src/open-store.js';

const config = configFrom({ CONCLAVE_STORE: 'sqlite::memory:', CONCLAVE_LOG_LEVEL: 'error' });
const app = await createApplication(config, await openStore(config), loggerFor(config));
await app.init();
const to = process.argv[2] ?? 'openapi.json';
writeFileSync(
  new URL(`../${to}`, import.meta.url),
  `${JSON.stringify(openApiOf(app), null, to === 'openapi.json' ? 2 : 0)}\n`,
);
process.exit();
