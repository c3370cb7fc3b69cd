export { Node, TICK_MS } from './node.js';
export type { FileKind, NodeOptions } from './node-options.js';
export type { Logger } from './reporting/logger.js';
export { signed } from './keys/signing-key.js';
export { rotateKey } from './keys/rotation.js';
export { breather, paced } from './pace/slices.js';
export { sweepDrafts } from './files/kept-file.js';
