export * from './access.js';
export * from './access-file.js';
export { AccessRefused } from './errors.js';
export { ReloadedFile, stampOf, type Reporter } from './reloaded-file.js';
export * from './roles.js';
export { runnerCredential } from './runner-credentials.js';
export { makeToken, shownToken, type KeptToken } from './tokens.js';
export * from './token-store.js';
export type { ShownCertificate } from './certificates.js';
