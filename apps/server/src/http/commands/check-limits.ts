import type { ElectionCommand, GroupState, Id } from '@conclave/election';
import type { Node } from '@conclave/node';
import type { Limits } from '../../environment/limits.js';
import { ApiProblem } from '../edge/api-problem.js';

const reached = (what: string, variable: string): ApiProblem =>
  new ApiProblem('limit-reached', `${what}. ${variable} sets how many this server takes.`);

/** What this server takes at most, where that is less than the rule allows. Throws {@link ApiProblem} `limit-reached`. */
export function checkLimits(node: Node, limits: Limits, group: Id, command: ElectionCommand): void {
  const state = node.head(group)?.state;
  if (state === undefined && node.groups.size >= limits.groups)
    throw reached(`there are ${limits.groups} groups`, 'CONCLAVE_MAX_GROUPS');
  if (command.type === 'TaintRunner') checkTaints(state, command, limits);
  if (command.type !== 'RegisterRunner') return;
  if (state && !state.runners.has(command.runner) && state.runners.size >= limits.runners)
    throw reached(`group "${group}" has ${limits.runners} runners`, 'CONCLAVE_MAX_RUNNERS');
  const bytes = command.labels === undefined ? 0 : Buffer.byteLength(JSON.stringify(command.labels));
  if (bytes > limits.labelBytes)
    throw reached(
      `the labels take ${bytes} bytes, more than ${limits.labelBytes}`,
      'CONCLAVE_MAX_LABEL_BYTES',
    );
}

function checkTaints(
  state: GroupState | undefined,
  { runner, key }: { runner: Id; key: Id },
  { taints: most }: Limits,
): void {
  const taints = state?.runners.get(runner)?.taints ?? [];
  if (taints.length >= most && !taints.some((taint) => taint.key === key))
    throw reached(`runner "${runner}" has ${most} taints`, 'CONCLAVE_MAX_TAINTS');
}
