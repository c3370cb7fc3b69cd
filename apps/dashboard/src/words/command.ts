import type { GroupReply } from '@conclave/contract';

type Proposed = NonNullable<GroupReply['proposals']>[number]['command'];

/** What an order would do, as one that waits is shown. */
export function commandInWords(command: Proposed): string {
  switch (command.type) {
    case 'PinLeader':
      return `pin to ${command.runner} (${command.mode})`;
    case 'TransferLeadership':
      return `${command.force ? 'forced transfer' : 'transfer'} to ${command.to ?? 'the next best'}`;
    case 'DeregisterRunner':
      return `removal of runner ${command.runner}`;
    case 'ResignLeadership':
      return `end term ${command.term} of ${command.runner}, as if it had stopped`;
    case 'ConfigureGroup':
      return `settings ${Object.entries(command.settings)
        .map(([name, value]) => `${name}=${JSON.stringify(value)}`)
        .join(', ')}`;
  }
}
