import type { GroupReply } from '@conclave/contract';
import { Clock } from '../parts/instant.js';
import { Text } from '../parts/text.js';
import { duration } from '../words/duration.js';
import { personInWords } from '../words/state.js';

export interface Order {
  actor: string;
  reason: string | null;
  expiresAt: string | null;
  until?: NonNullable<GroupReply['pin']>['until'];
}

/** Whose order, why, and how long it lasts. */
export const By = ({ order: { actor, reason, expiresAt, until } }: { order: Order }) => (
  <>
    <Text of={personInWords(actor)} />
    {reason && (
      <>
        : “<Text of={reason} />”
      </>
    )}
    {expiresAt && (
      <>
        , until <Clock at={expiresAt} />
      </>
    )}
    {until && (
      <>
        , until <Text of={until.runnerGone} /> is gone
        {until.silentMs !== undefined && ` for ${duration(until.silentMs)}`}
      </>
    )}
  </>
);
