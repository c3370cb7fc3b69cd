export { SqliteEventStore } from './sqlite-event-store.js';
export { SqliteLog } from './sqlite-log.js';
export { opened } from './sqlite-open.js';
