import type { Order } from '@conclave/coordination';
import { rememberedIn, type ElectionCommand, type GroupState, type Id } from '@conclave/election';
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
 * What this server takes at most, where that is less than the rule allows; a repeat takes nothing. Throws {@link ApiProblem}
 * `limit-reached`.
 */
export function checkLimits(
  node: Node,
  limits: Limits,
  group: Id,
  command: ElectionCommand,
  { commandId }: Order,
): void {
  const head = node.head(group);
  if (head && rememberedIn(head.commands, commandId)) return;
  const state = head?.state;
  if (state === undefined && node.groups.living >= limits.groups)
    throw reached(`there are ${limits.groups} groups`, 'groups', limits);
  if (command.type === 'TaintRunner') checkTaints(state, command, limits);
  if (command.type !== 'RegisterRunner') return;
  if (state && !state.runners.has(command.runner) && state.runners.size >= limits.runners)
    throw reached(`group "${group}" has ${limits.runners} runners`, 'runners', limits);
  const bytes = command.labels === undefined ? 0 : Buffer.byteLength(JSON.stringify(command.labels));
  if (bytes > limits.labelBytes)
    throw reached(`the labels take ${bytes} bytes, more than ${limits.labelBytes}`, 'labelBytes', limits);
}

function checkTaints(
  state: GroupState | undefined,
  { runner, key }: { runner: Id; key: Id },
  limits: Limits,
): void {
  const { taints: most } = limits;
  const taints = state?.runners.get(runner)?.taints ?? [];
  if (taints.length >= most && !taints.some((taint) => taint.key === key))
    throw reached(`runner "${runner}" has ${most} taints`, 'taints', limits);
}
