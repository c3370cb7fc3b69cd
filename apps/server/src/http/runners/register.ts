import { RegisterBody, RegisterReply, RunnerPath } from '@conclave/contract';
import { runnerBody } from '@conclave/views';
import { commandRoute, NO_QUERY } from '../commands/command-route.js';
import { hashOfSecret } from '../commands/order-of.js';
import { asRunner, RUNNER_REFUSALS } from './release.js';

export const register = commandRoute({
  operation: 'registerRunner',
  audience: 'runners',
  summary: 'Registers a runner, or a new process of it; idempotent',
  method: 'PUT',
  path: 'runners/:r',
  params: RunnerPath,
  body: RegisterBody,
  query: NO_QUERY,
  refusals: RUNNER_REFUSALS,
  actor: asRunner,
  toCommand: ({
    params: { r },
    body: { incarnation, platform, labels, priority, ready = false, previousExited = null, previousSecret },
    secretHash,
  }) => ({
    type: 'RegisterRunner',
    runner: r,
    incarnation,
    platform,
    labels,
    priority,
    ready,
    previousExited,
    ...(secretHash !== undefined && { secretHash }),
    ...(previousSecret !== undefined && { previousSecretHash: hashOfSecret(previousSecret) }),
  }),
  existed: ({ runners }, { params: { r } }) => runners.has(r),
  reply: {
    schema: RegisterReply,
    of: ({ state, changed, position }, { params: { g, r } }, { presence }): RegisterReply => ({
      ...runnerBody(state, state.runners.get(r)!, presence.lastSeenAt(g, r)),
      term: state.term,
      leader: state.leadership?.runner ?? null,
      leaseMs: 0,
      heartbeatMs: state.settings.heartbeatMs,
      changed,
      version: state.version,
      position,
    }),
  },
});
