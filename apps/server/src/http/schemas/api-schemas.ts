export * from './api-requests.js';
export * from './api-replies.js';
export * from './api-audit.js';
