import { unbroken } from '@conclave/coordination';
import { readEvent, streamOf, type Id } from '@conclave/election';
import { hasOwnId, textProblem } from '@conclave/event-store';
import { paced, type Node } from '@conclave/node';
import { ApiProblem } from '../edge/api-problem.js';

/**
 * Before anything is sent of what will be signed: a file that breaks off in the middle tells nobody why. Throws
 * `group-unreadable` for what Conclave would not have written, StoreUnavailable where an event is missing.
 */
export async function checkSound(
  node: Node,
  group: Id,
  { from, to }: { from: number; to: number },
  gone: AbortSignal,
): Promise<void> {
  for await (const event of paced(unbroken(node.store, group, from, to), gone)) {
    readEvent(group, event, node.store.nameOf(streamOf(group)));
    const problem = textProblem(event) ?? (hasOwnId(event) ? null : 'id is not the one that it says');
    if (problem)
      throw new ApiProblem(
        'group-unreadable',
        `event ${event.version} of group "${group}" was changed in the store and is not vouched for: its ${problem}. ` +
          `"conclave verify ${group}" names all such events.`,
      );
  }
}
