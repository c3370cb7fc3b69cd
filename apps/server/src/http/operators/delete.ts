import { DeleteBody, GroupPath } from '@conclave/contract';
import { withCommitments } from '@conclave/event-store';
import { commandRoute, OPERATED } from '../commands/command-route.js';
import { OPERATOR_REFUSALS } from '../edge/documented.js';
import { pastOf } from './seal.js';

export const deletion = commandRoute({
  ...OPERATED,
  audience: 'admins',
  operation: 'deleteGroup',
  summary:
    'Deletes a group whose whole history somebody has kept in an archive: its id is never used again, and all but a tombstone goes',
  method: 'POST',
  path: 'delete',
  params: GroupPath,
  body: DeleteBody,
  refusals: [...OPERATOR_REFUSALS, 'group-in-use', 'archive-differs'],
  toCommand: ({ body: { upTo, digest } }) => ({ type: 'DeleteGroup', upTo, digest }),
  facts: async (node, { params, body }) => {
    const { past } = await pastOf(node, params.g, body);
    // it stands there for ever: people can be forgotten of an archive, of a group that is no more they could not
    return past ? { past: withCommitments(past, Object.fromEntries(node.head(params.g)!.salts)) } : {};
  },
});
