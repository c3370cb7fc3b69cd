import { runnerCredential } from '@conclave/access';
import { RegisterBody, RegisterReply, RunnerPath } from '@conclave/contract';
import {
  knowsSecret,
  secretWrong,
  type GroupState,
  type Id,
  type ProcessId,
  type RunnerState,
} from '@conclave/election';
import type { Node } from '@conclave/node';
import { runnerBody } from '@conclave/views';
import { commandRoute, NO_QUERY } from '../commands/command-route.js';
import { ApiProblem } from '../edge/api-problem.js';
import { hashOfSecret } from '../edge/headers.js';
import { callerOf, forbidden, isItself } from '../access/callers.js';
import { RUNNER_REFUSALS } from './release.js';

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
  also: ['join'],
  actor: (request, { params: { g, r }, body: { previousExited, previousSecret } }) => {
    const caller = callerOf(request);
    if (caller.incarnation !== undefined)
      throw forbidden(caller, 'register with its own credential; show the join token again');
    if (previousExited && previousSecret === undefined && !isItself(caller, g, r))
      throw forbidden(caller, 'say that another process has exited without its secret (previousSecret)');
    return `runner:${r}`;
  },
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
    of: async (
      { before, state, changed, position },
      { params: { g, r }, body: { incarnation }, secretHash },
      node,
      caller,
    ): Promise<RegisterReply> => ({
      ...runnerBody(state, memberIn(state, r), node.presence.lastSeenAt(g, r)),
      term: state.term,
      leader: state.leadership?.runner ?? null,
      leaseMs: 0,
      heartbeatMs: state.settings.heartbeatMs,
      changed,
      version: state.version,
      position,
      ...(!isItself(caller, g, r) && {
        credential: await credentialOf(
          { group: g, runner: r, incarnation, secretHash },
          { before, state },
          node,
        ),
      }),
    }),
  },
});

/** Throws {@link ApiProblem} `secret-wrong` where a process is at work that nothing tells from who asks now. */
async function credentialOf(
  about: ProcessId & { secretHash: string | undefined },
  { before, state }: { before: GroupState; state: GroupState },
  node: Node,
): Promise<string> {
  const { group, runner, incarnation } = about;
  if (!knowsSecret(about, state)) throw new ApiProblem('secret-wrong', secretWrong(about)); // a repeat decides nothing
  const known = before.runners.get(runner);
  const isIts = known?.incarnation === incarnation && known.secretHash === null;
  if (isIts && node.presence.lastSeenAt(group, runner) !== null)
    throw new ApiProblem(
      'secret-wrong',
      `process ${incarnation} of runner "${runner}" registered without a secret and has its credential: anybody who joins could ask for another. Start it anew, with a fresh incarnation and X-Conclave-Secret.`,
    );
  return runnerCredential({ group, runner, incarnation }, node.signingKey, node.clock.wallMs());
}

/** Of a repeat of what was done long ago: the runner may have left since. */
function memberIn({ id, runners }: GroupState, runner: Id): RunnerState {
  const found = runners.get(runner);
  if (found) return found;
  throw new ApiProblem(
    'runner-unknown',
    `this was carried out before, and runner "${runner}" has left group "${id}" since. Register it with another Idempotency-Key.`,
  );
}
