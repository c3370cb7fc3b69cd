import type { GroupReply, WriteReply } from '@conclave/contract';
import { Text } from '../parts/text.js';
import { plannedInWords } from './planned.js';

/** What a dry run answered. */
export const Plan = ({ plan, group }: { plan: WriteReply; group: GroupReply }) => (
  <div role="status" class="plan">
    <strong>What would happen:</strong>
    <ul>
      {plannedInWords(plan, group).map((words) => (
        <li key={words}>
          <Text of={words} />
        </li>
      ))}
    </ul>
  </div>
);
