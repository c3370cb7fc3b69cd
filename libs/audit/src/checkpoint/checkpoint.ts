import { z } from 'zod';
import { Id, Iso, Sha256 } from '@conclave/contract';
import { canonicalText } from '@conclave/event-store';
import { leafHash, rootOf } from './merkle.js';

/** A group at a moment: how many events it had, and the hash of the last. */
export interface GroupMark {
  group: Id;
  version: number;
  head: string;
}

/**
 * What is signed of the whole log (docs/formats.md). `events`: so many events of groups it had, which are the first so many
 * of any later log; `root`: of the tree over every group then.
 */
export const CheckpointStatement = z.strictObject({
  checkpoint: z.literal(1),
  at: Iso,
  events: z.int().min(0),
  groups: z.int().min(0),
  root: Sha256,
  instance: z.string(),
});
export type CheckpointStatement = z.infer<typeof CheckpointStatement>;
export const CHECKPOINT_TYPE = 'conclave-checkpoint+jws';
/** Where they stand in the log. */
export const CHECKPOINTS_STREAM = 'checkpoints';
export const CHECKPOINT_SIGNED = 'CheckpointSigned';

export const inOrder = (marks: Iterable<GroupMark>): GroupMark[] =>
  [...marks].sort((a, b) => (a.group < b.group ? -1 : 1));
export const leafOf = ({ group, version, head }: GroupMark): Buffer =>
  leafHash(canonicalText({ group, version, head }));

/** The root over groups, whatever their order here. */
export const rootOfMarks = (marks: Iterable<GroupMark>): string =>
  rootOf(inOrder(marks).map(leafOf)).toString('hex');
