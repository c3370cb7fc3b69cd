export * from './anchors.js';
export * from './store-name.js';
export * from './event-store.js';
export * from './errors.js';
export * from './tail.js';
export * from './hash.js';
export * from './log-digest.js';
export * from './append.js';
