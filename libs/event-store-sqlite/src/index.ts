export { SqliteEventStore } from './sqlite-event-store.js';
export { SqliteLog } from './sqlite-log.js';
export { openDatabase } from './sqlite-open.js';
