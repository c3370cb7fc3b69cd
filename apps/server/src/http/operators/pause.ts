import { DrainBody, GroupPath, PauseBody, WriteQuery } from '@conclave/contract';
import { commandRoute, OPERATED } from '../commands/command-route.js';
import { OPERATOR_REFUSALS } from '../edge/documented.js';
import { lifetimeOf } from '../commands/lifetime-of.js';

export const pause = commandRoute({
  ...OPERATED,
  operation: 'pauseElections',
  summary: 'Holds elections: a leader stays, nobody is elected',
  method: 'PUT',
  path: 'pause',
  params: GroupPath,
  body: PauseBody,
  refusals: OPERATOR_REFUSALS,
  toCommand: ({ body }) => {
    const { expiresAt, ttlMs } = lifetimeOf(body);
    return { type: 'PauseElections', expiresAt, ttlMs };
  },
  existed: (before) => before.pause !== null,
});

export const drain = commandRoute({
  ...OPERATED,
  operation: 'drainGroup',
  summary: 'Tells the leader to stop and holds elections until they are resumed or the time is over',
  method: 'POST',
  path: 'drain',
  params: GroupPath,
  body: DrainBody,
  refusals: OPERATOR_REFUSALS,
  toCommand: ({ body }) => {
    const { expiresAt, ttlMs } = lifetimeOf(body);
    return { type: 'DrainGroup', expiresAt, ttlMs };
  },
});

export const resume = commandRoute({
  ...OPERATED,
  operation: 'resumeElections',
  summary: 'Elections go on',
  method: 'DELETE',
  path: 'pause',
  params: GroupPath,
  query: WriteQuery,
  refusals: OPERATOR_REFUSALS,
  toCommand: () => ({ type: 'ResumeElections' }),
});
