import type { GroupReply, RunnerReply } from '@conclave/contract';
import { Clock } from '../parts/instant.js';
import { Text } from '../parts/text.js';
import { OrderLink } from '../parts/order-link.js';
import { commandInWords } from '../words/command.js';
import { By } from './by.js';

/** What people have ordered, and still holds or still waits; and for how long a handover may. */
export function Standing({
  group,
  runners,
  isPast,
}: {
  group: GroupReply;
  runners: readonly RunnerReply[];
  isPast: boolean;
}) {
  const { pause, pin, proposals = [] } = group;
  const stopping = runners.find(({ lease }) => lease?.overBy);
  if (!stopping && !pause && !pin && proposals.length === 0) return null;
  return (
    <ul class="standing">
      {stopping && (
        <li>
          <Text of={stopping.runner} /> was told to stop; its lease is over{' '}
          <Clock at={stopping.lease!.overBy!} /> at the latest.
        </li>
      )}
      {pause && (
        <li>
          Elections are paused by <By order={pause} />.{' '}
          {!isPast && <OrderLink order="resume">Resume …</OrderLink>}
        </li>
      )}
      {pin && (
        <li>
          Pinned to <Text of={pin.runner} /> ({pin.mode}) by <By order={pin} />.{' '}
          {!isPast && <OrderLink order="unpin">Unpin …</OrderLink>}
        </li>
      )}
      {proposals.map(({ id, command, ...order }) => (
        <li key={id}>
          Waits for a second person: <Text of={commandInWords(command)} />, wanted by <By order={order} />.{' '}
          {!isPast && (
            <>
              <OrderLink order="approve" proposal={id}>
                Approve …
              </OrderLink>{' '}
              <OrderLink order="withdraw" proposal={id}>
                Withdraw …
              </OrderLink>
            </>
          )}
        </li>
      ))}
    </ul>
  );
}
