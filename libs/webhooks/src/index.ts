export * from './backoff.js';
export * from './cursor.js';
export * from './lanes.js';
export * from './notices.js';
export * from './record-fold.js';
export * from './records.js';
export * from './vacancies.js';
export * from './wanted.js';
