export * from './store-contract.js';
export * from './given.js';
export * from './processes.js';
export * from './api.js';
