export { DEFAULT_PREFIX, EsdbEventStore, type EsdbOptions } from './esdb-event-store.js';
