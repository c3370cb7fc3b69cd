import { GroupPath, PinBody, WriteQuery } from '@conclave/contract';
import { commandRoute, OPERATED } from '../commands/command-route.js';
import { OPERATOR_REFUSALS } from '../edge/documented.js';
import { lifetimeOf } from '../commands/lifetime-of.js';

export const pin = commandRoute({
  ...OPERATED,
  operation: 'pinLeader',
  summary: 'Only this runner may lead (strict), or it leads whenever it can (prefer)',
  method: 'PUT',
  path: 'pin',
  params: GroupPath,
  body: PinBody,
  refusals: OPERATOR_REFUSALS,
  toCommand: ({ body }) => ({ type: 'PinLeader', runner: body.runner, mode: body.mode, ...lifetimeOf(body) }),
  existed: (before) => before.pin !== null,
});

export const unpin = commandRoute({
  ...OPERATED,
  operation: 'unpinLeader',
  summary: 'Lifts the pin',
  method: 'DELETE',
  path: 'pin',
  params: GroupPath,
  query: WriteQuery,
  refusals: OPERATOR_REFUSALS,
  toCommand: () => ({ type: 'UnpinLeader' }),
});
