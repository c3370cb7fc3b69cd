import { personInWords, wishInWords, type GroupState, type RecordedEvent } from '@conclave/election';

type Proposal = Extract<RecordedEvent, { type: 'OrderProposed' | 'OrderApproved' | 'OrderWithdrawn' }>;

/** What became of an order that wants a second person; `before`: the group just before the event. */
export function proposalInWords(event: Proposal, before: GroupState, by: string, onOrder: string): string {
  const { type, data } = event;
  if (type === 'OrderProposed')
    return `${wishInWords(data.command)} proposed${by}, waits for a second person until ${data.expiresAt}`;
  const waiting = before.proposals.find(({ id }) => id === data.proposal);
  const wish = waiting
    ? `${wishInWords(waiting.command)}, proposed by ${personInWords(waiting.actor)},`
    : 'an order';
  if (type === 'OrderApproved') return `${wish} approved${by}`;
  return data.cause === 'expired'
    ? `${wish} was approved by nobody in time${onOrder}`
    : `${wish} withdrawn${by}`;
}
