export * from './store-contract.js';
export * from './given.js';
export * from './processes.js';
export * from './api.js';
export * from './manual-clock.js';
export * from './faulty-store.js';
export * from './commands.js';
export { collected } from './store-reading.js';
export * from './esdb-double/index.js';
