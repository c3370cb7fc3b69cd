export { SqliteEventStore } from './sqlite-event-store.js';
export { SqliteLog } from './sqlite-log.js';
