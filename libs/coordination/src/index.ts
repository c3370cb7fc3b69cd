export * from './errors.js';
export * from './order.js';
export * from './echoes.js';
export * from './group-aggregate.js';
export * from './group-repository.js';
export * from './group-command.js';
export * from './send.js';
export * from './deadlines.js';
