export * from './bodies.js';
export * from './tenures.js';
export * from './watch-feed.js';
export * from './as-of.js';
export * from './difference.js';
export * from './mentions.js';
export * from './not-leading.js';
export * from './watch-place.js';
