import { GroupPath, TransferBody } from '@conclave/contract';
import { commandRoute, OPERATED } from '../commands/command-route.js';
import { OPERATOR_REFUSALS } from '../edge/documented.js';

export const transfer = commandRoute({
  ...OPERATED,
  operation: 'transferLead',
  summary: 'Hands the lead over once, to a named runner or to the next best',
  method: 'POST',
  path: 'transfer',
  params: GroupPath,
  body: TransferBody,
  refusals: [
    ...OPERATOR_REFUSALS,
    'runner-ineligible',
    'no-eligible-runner',
    'elections-paused',
    'handover-running',
  ],
  toCommand: ({ body: { to = null, force = false, deadlineMs = null } }, { commandId }) => ({
    type: 'TransferLeadership',
    transfer: commandId,
    to,
    force,
    deadlineMs,
  }),
});
