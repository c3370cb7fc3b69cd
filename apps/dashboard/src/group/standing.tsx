import type { GroupReply } from '@conclave/contract';
import { Clock } from '../parts/instant.js';
import { Text } from '../parts/text.js';
import { OrderLink } from '../parts/order-link.js';
import { commandInWords } from '../words/command.js';
import { By } from './by.js';

/** What people have ordered, and still holds or still waits; and for how long a handover may. */
export function Standing({ group, isPast }: { group: GroupReply; isPast: boolean }) {
  const { pause, pin, proposals = [], leader, lease } = group;
  const overBy = leader && lease?.overBy;
  if (!overBy && !pause && !pin && proposals.length === 0) return null;
  return (
    <ul class="standing">
      {overBy && (
        <li>
          <Text of={leader.runner} /> was told to stop; its lease is over <Clock at={overBy} /> at the latest.
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
