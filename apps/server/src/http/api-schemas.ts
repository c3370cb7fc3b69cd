export * from './api-requests.js';
export * from './api-replies.js';
