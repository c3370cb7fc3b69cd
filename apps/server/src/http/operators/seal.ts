import { GroupPath, SealBody } from '@conclave/contract';
import { sealedTo } from '@conclave/election';
import type { Node } from '@conclave/node';
import { commandRoute, OPERATED } from '../commands/command-route.js';
import { ApiProblem } from '../edge/api-problem.js';
import { OPERATOR_REFUSALS } from '../edge/documented.js';
import { ArchiveFile } from './archive-file.js';

export const seal = commandRoute({
  ...OPERATED,
  operation: 'sealHistory',
  summary:
    'Seals history that somebody has kept in an archive: the log lets go of it, and holds its digest and what it came to',
  method: 'POST',
  path: 'seal',
  params: GroupPath,
  body: SealBody,
  refusals: [...OPERATOR_REFUSALS, 'history-sealed', 'archive-differs'],
  toCommand: ({ body: { upTo, digest } }) => ({ type: 'SealHistory', upTo, digest }),
  facts: async (node, { params, body }) => pastOf(node, params.g, body),
});

/** Reads again what goes: only what is in the archive to the last byte may go. */
export async function pastOf(
  node: Node,
  group: string,
  { upTo, digest }: SealBody,
): Promise<{ past?: ArchiveFile['past'] }> {
  const head = node.head(group);
  if (!head || head.state.deleted || upTo <= sealedTo(head.state)) return {}; // it is refused, or a repeat
  const file = await ArchiveFile.of(node, group, upTo);
  for await (const _ of file.lines(node.stopping));
  if (file.digest === digest) return { past: file.past };
  throw new ApiProblem(
    'archive-differs',
    `the history of group "${group}" up to version ${upTo} makes an archive with the digest ${file.digest}, not ${digest}.`,
  );
}
