import { ProposalBody, ProposalPath } from '@conclave/contract';
import { commandRoute, OPERATED } from '../commands/command-route.js';
import { isForgotten } from '@conclave/election';
import { ApiProblem } from '../edge/api-problem.js';
import { OPERATOR_REFUSALS } from '../edge/documented.js';

const ofProposal = { ...OPERATED, method: 'POST', params: ProposalPath, body: ProposalBody } as const;

export const approve = commandRoute({
  ...ofProposal,
  operation: 'approveOrder',
  summary: 'A second person wants what another one has ordered: it takes effect now',
  path: 'proposals/:p/approve',
  refusals: [
    ...OPERATOR_REFUSALS,
    'order-unknown',
    'second-person-needed',
    'runner-ineligible',
    'no-eligible-runner',
    'elections-paused',
    'handover-running',
    'settings-invalid',
  ],
  facts: async (node, { params: { g, p } }) => {
    const waiting = node.groups.get(g)?.proposals.find(({ id }) => id === p);
    if (waiting && isForgotten(waiting.actor))
      throw new ApiProblem(
        'second-person-needed',
        'whoever ordered this is forgotten, and may be the one who asks now: withdraw it, and order it anew.',
      );
    return {};
  },
  toCommand: ({ params: { p } }) => ({ type: 'ApproveOrder', proposal: p }),
});

export const withdraw = commandRoute({
  ...ofProposal,
  operation: 'withdrawOrder',
  summary: 'An order that waits for a second person will not take effect',
  path: 'proposals/:p/withdraw',
  refusals: [...OPERATOR_REFUSALS, 'order-unknown'],
  toCommand: ({ params: { p } }) => ({ type: 'WithdrawOrder', proposal: p }),
});
