export { SqliteEventStore } from './sqlite-event-store.js';
export { SqliteLog } from './sqlite-log.js';
export { fileOf } from './directory.js';
export { noteClosed } from './closed-mark.js';
export { openDatabase } from './sqlite-open.js';
