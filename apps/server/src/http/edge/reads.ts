import type { FastifyReply } from 'fastify';
import {
  deletedInWords,
  isoOfMs,
  type GroupHead,
  type GroupState,
  type Id,
  type Iso,
} from '@conclave/election';
import type { Node } from '@conclave/node';
import type { Unreadable } from '@conclave/contract';
import { ApiProblem } from './api-problem.js';

const AT_LEAST_MS = 5_000;

/**
 * Position-consistent read: waits until this server has read up to the position that the client saw
 * elsewhere.
 */
export async function atLeast(node: Node, position: string | undefined): Promise<void> {
  if (position === undefined || (await node.tail.reached(position, AT_LEAST_MS))) return;
  throw new ApiProblem(
    'position-not-reached',
    `this server has read up to ${node.tail.position}, not yet ${position}. Try again.`,
  );
}

/** Throws for a group that never was, and for one that is no more. */
export function knownHead(node: Node, group: Id): GroupHead {
  const head = node.head(group);
  if (head) return checkLives(head);
  const problem = unreadableOf(node, group);
  if (problem) throw problem;
  throw new ApiProblem(
    'group-unknown',
    `there is no group "${group}". Registering a runner or setting the group creates it.`,
  );
}

/** The same, as this server has it once it has read so far. */
export async function headAtLeast(node: Node, group: Id, position: string | undefined): Promise<GroupHead> {
  await atLeast(node, position);
  return knownHead(node, group);
}

/** Throws {@link ApiProblem} `runner-unknown`, or what is wrong with its group. */
export function knownRunner(node: Node, group: Id, runner: Id): void {
  if (knownHead(node, group).state.runners.has(runner)) return;
  throw new ApiProblem('runner-unknown', `group "${group}" has no runner "${runner}". Register it first.`);
}

/** Why nothing can be said of a group: {@link ApiProblem} `group-unreadable`; undefined: it can be read. */
export function unreadableOf(node: Node, group: Id): ApiProblem | undefined {
  const problem = node.groups.problemOf(group);
  if (problem === null) return undefined;
  return new ApiProblem('group-unreadable', `group "${group}" is unusable: ${problem}.`);
}

/** Throws {@link ApiProblem} `group-deleted`. */
export function checkLives(head: GroupHead): GroupHead {
  if (head.state.deleted)
    throw new ApiProblem('group-deleted', `${deletedInWords(head.state)}. Its history is in archives.`);
  return head;
}

/** Throws {@link ApiProblem} `nothing-recorded` for an event that is not there yet. */
export function checkReached({ id, version }: GroupState, asked: number): void {
  if (asked > version)
    throw new ApiProblem('nothing-recorded', `group "${id}" has no event ${asked}; its last is ${version}.`);
}

/** Groups that people are told of, by id: those that are deleted live on only in the log. */
export function* livingHeads(node: Node, after?: Id): Generator<GroupHead> {
  for (const head of node.groups.after(after)) if (!head.state.deleted) yield head;
}

/** Groups of which nothing can be said, and why; of those that the caller may see. */
export const unreadable = (node: Node, isShown = (_: Id): boolean => true): Unreadable =>
  [...node.groups.givenUp]
    .map(([group, detail]) => ({ group, detail }))
    .filter(({ group }) => isShown(group));

/** The version of a group as an entity tag, for If-Match. */
export const tag = (reply: FastifyReply, version: number): void => void reply.header('etag', `"${version}"`);

/** An instant as the log writes it. */
export const inUtc = (instant: string): Iso => isoOfMs(Date.parse(instant));
