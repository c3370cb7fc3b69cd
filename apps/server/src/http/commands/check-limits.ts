import type { Order } from '@conclave/coordination';
import type { ElectionCommand, GroupState, Id } from '@conclave/election';
import type { Node } from '@conclave/node';
import { HIGHEST, type Limits } from '../../environment/limits.js';
import { ApiProblem } from '../edge/api-problem.js';

const VARIABLES = {
  groups: 'CONCLAVE_MAX_GROUPS',
  runners: 'CONCLAVE_MAX_RUNNERS',
  taints: 'CONCLAVE_MAX_TAINTS',
  labelBytes: 'CONCLAVE_MAX_LABEL_BYTES',
} as const;

/** Which one, and whether it can be raised. */
function reached(what: string, limit: keyof typeof VARIABLES, limits: Limits): ApiProblem {
  const remedy =
    limits[limit] < HIGHEST[limit]
      ? `${VARIABLES[limit]} sets how many this server takes`
      : 'No server can take more';
  return new ApiProblem('limit-reached', `${what}. ${remedy}.`);
}

/**
 * What this server takes at most, where that is less than the rule allows; a repeat takes nothing. Rejects with
 * {@link ApiProblem} `limit-reached`.
 */
export async function checkLimits(
  node: Node,
  limits: Limits,
  group: Id,
  command: ElectionCommand,
  order: Order,
): Promise<void> {
  const full = fullFor(node, limits, group, command);
  if (full && !(await node.repository.isRepeat(group, order))) throw full;
}

function fullFor(node: Node, limits: Limits, group: Id, command: ElectionCommand): ApiProblem | null {
  const state = node.groups.get(group);
  if (state === undefined && node.groups.living >= limits.groups)
    return reached(`there are ${limits.groups} groups`, 'groups', limits);
  if (command.type === 'TaintRunner') return taintsFullFor(state, command, limits);
  if (command.type !== 'RegisterRunner') return null;
  if (state && !state.runners.has(command.runner) && state.runners.size >= limits.runners)
    return reached(`group "${group}" has ${limits.runners} runners`, 'runners', limits);
  const bytes = command.labels === undefined ? 0 : Buffer.byteLength(JSON.stringify(command.labels));
  return bytes > limits.labelBytes
    ? reached(`the labels take ${bytes} bytes, more than ${limits.labelBytes}`, 'labelBytes', limits)
    : null;
}

function taintsFullFor(
  state: GroupState | undefined,
  { runner, key }: { runner: Id; key: Id },
  limits: Limits,
): ApiProblem | null {
  const { taints: most } = limits;
  const taints = state?.runners.get(runner)?.taints ?? [];
  if (taints.length < most || taints.some((taint) => taint.key === key)) return null;
  return reached(`runner "${runner}" has ${most} taints`, 'taints', limits);
}
