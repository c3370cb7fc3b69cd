export { SqliteEventStore } from './sqlite-event-store.js';
export { SqliteLog } from './sqlite-log.js';
export { noteClosed, openDatabase } from './sqlite-open.js';
