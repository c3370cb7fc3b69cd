import { GroupPath, SealBody } from '@conclave/contract';
import type { Order } from '@conclave/coordination';
import { sealedTo } from '@conclave/election';
import { digestOf, isCalled } from '@conclave/event-store';
import type { Node } from '@conclave/node';
import { commandRoute, OPERATED } from '../commands/command-route.js';
import { ApiProblem } from '../edge/api-problem.js';
import { OPERATOR_REFUSALS } from '../edge/documented.js';
import { ArchiveFile } from './archive-file.js';

export const seal = commandRoute({
  ...OPERATED,
  audience: 'admins',
  operation: 'sealHistory',
  summary:
    'Seals history that somebody has kept in an archive: the log lets go of it, and holds its digest and what it came to',
  method: 'POST',
  path: 'seal',
  params: GroupPath,
  body: SealBody,
  refusals: [...OPERATOR_REFUSALS, 'history-sealed', 'archive-differs'],
  toCommand: ({ body: { upTo, digest, forget } }, order) => {
    if (forget !== undefined) checkUnnamed(forget, order);
    return { type: 'SealHistory', upTo, digest, ...(forget !== undefined && { isAll: true }) };
  },
  facts: async (node, { params, body }) => ({
    ...(await pastOf(node, params.g, body)),
    requestHash: digestOf([body.upTo, body.digest]), // nothing that is derived may tell who is forgotten
  }),
});

/** The order to forget somebody stays: another person gives it. */
export function checkAnother(name: string, actor: string): void {
  if (isCalled(name)(actor))
    throw new ApiProblem(
      'invalid-request',
      `/forget: "${name}" gives this order, which stays. Let another person give it.`,
    );
}

/** It must not name whoever is forgotten. */
function checkUnnamed(name: string, { actor, reason }: Pick<Order, 'actor' | 'reason'>): void {
  checkAnother(name, actor);
  if (reason?.toLowerCase().includes(name.toLowerCase()))
    throw new ApiProblem('invalid-request', '/reason: names whoever is to be forgotten, and it stays.');
}

/** Reads again what goes: only what is in the archive to the last byte may go. */
export async function pastOf(
  node: Node,
  group: string,
  { upTo, digest, forget }: SealBody,
): Promise<{ past?: ArchiveFile['past'] }> {
  const { state } = await node.repository.refresh(group); // another server may have done it a moment ago
  if (state.version === 0 || state.deleted || upTo <= sealedTo(state)) return {}; // it is refused, or a repeat
  const file = await ArchiveFile.of(node, group, upTo, forget);
  for await (const _ of file.lines(node.stopping));
  if (file.digest === digest) return { past: file.past };
  throw new ApiProblem(
    'archive-differs',
    `the history of group "${group}" up to version ${upTo} makes an archive with the digest ${file.digest}, not ${digest}.`,
  );
}
