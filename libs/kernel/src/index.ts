export * from './clock.js';
export * from './ids.js';
export * from './version.js';
export * from './give-way.js';
export * from './printable.js';
export * from './seldom.js';
