import type { Id } from '@conclave/contract';
import type { CheckpointStatement } from './checkpoint.js';
import { MarkTree } from './mark-tree.js';

/** Groups as they are after the events of a log that were told so far, in its one order. */
export class MarksAt {
  private readonly tree = new MarkTree();
  events = 0;

  take(group: Id, version: number, head: string): void {
    this.events++;
    this.tree.set({ group, version, head });
  }

  /** Of a group whose first events are in archives: they come before whatever a log still holds. */
  begin(group: Id, version: number, head: string): void {
    this.events += version;
    this.tree.set({ group, version, head });
  }

  get groups(): number {
    return this.tree.groups;
  }

  /** What went on since it was asked last is hashed, and not all of it: many checkpoints may be held against it. */
  root(): string {
    return this.tree.root();
  }
}

/** Why a log does not go on from what was signed; null if it does. */
export function whyNotExtended(
  { events, groups, root, at }: CheckpointStatement,
  found: MarksAt,
): string | null {
  if (found.events < events)
    return `the checkpoint of ${at} is of ${events} events, and the log has only ${found.events}: its end was dropped`;
  if (found.groups !== groups)
    return `the checkpoint of ${at} is of ${groups} groups, and the first ${events} events of the log are of ${found.groups}: a group was dropped or put in`;
  return found.root() === root
    ? null
    : `the first ${events} events of the log are not those that were signed at ${at}: its past was changed`;
}
