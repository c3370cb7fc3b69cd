export { Node } from './node.js';
export { TICK_MS, type FileKind, type NodeOptions } from './node-options.js';
export type { Logger } from './reporting/logger.js';
export { replaceFile, sweepDrafts } from './files/kept-file.js';
export { keepToItself } from './files/own-only.js';
export { signed, signingKey, type SigningKey } from './keys/signing-key.js';
export type { Tried } from './log/attempts.js';
export { rotateKey } from './keys/rotation.js';
export { breather, paced } from './pace/slices.js';
