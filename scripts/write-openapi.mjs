// Writes openapi.json from the built server: the same document that /openapi.json serves.
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
writeFileSync(new URL('../openapi.json', import.meta.url), `${JSON.stringify(openApiOf(app), null, 2)}\n`);
process.exit();
