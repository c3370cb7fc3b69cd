import { DeleteBody, GroupPath } from '@conclave/contract';
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
  facts: async (node, { params, body }) => pastOf(node, params.g, body),
});
