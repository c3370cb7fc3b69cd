import type { WriteReply } from '@conclave/contract';
import { useLive } from '../live/use-live.js';
import { OrderLink } from '../parts/order-link.js';
import { Text } from '../parts/text.js';
import { stateInWords } from '../words/state.js';
import { KINDS, type Given } from './kinds.js';

interface Done {
  group: string;
  done: WriteReply;
  undo: string | undefined;
  given: Given;
}

/** What has come of an order, live, until it is through; and how to take it back. */
export function Followed({ group, done, undo, given }: Done) {
  const told = useLive().groups.get(group);
  const now = told && told.version >= done.version ? told : done.leader;
  const waits = done.proposal !== undefined;
  return (
    <div role="status">
      <p>
        <strong>
          {waits
            ? `It waits for a second person${done.changed ? ' now' : ', since before'}.`
            : done.changed
              ? 'Done.'
              : 'Nothing changed: it was so already.'}
        </strong>{' '}
        <Text of={stateInWords(now)} />
        {now.state === 'handover' ? ' …' : `, term ${now.term}.`}
      </p>
      {undo && done.changed && !waits && (
        <p>
          To take it back:{' '}
          <OrderLink
            order={undo}
            {...(given.runner && { runner: given.runner })}
            {...(given.key && { taint: given.key })}
          >
            {KINDS[undo]!.title} …
          </OrderLink>
        </p>
      )}
    </div>
  );
}
