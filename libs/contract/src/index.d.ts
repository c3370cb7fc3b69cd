export * from './vocabulary.js';
export * from './events.js';
export * from './requests.js';
export * from './replies.js';
export * from './audit.js';
export * from './operations.js';
export * from './streams.js';
export * from './problems.js';
export { Position } from './parts.js';
//# sourceMappingURL=index.d.ts.map
