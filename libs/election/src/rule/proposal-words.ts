import type { ProposedCommand } from '@conclave/contract';

/** What an order that waits for a second person would do. */
export function wishInWords(command: ProposedCommand): string {
  switch (command.type) {
    case 'PinLeader':
      return `pin to runner "${command.runner}" (${command.mode})`;
    case 'TransferLeadership':
      return `forced transfer to ${command.to === null ? 'the next best' : `"${command.to}"`}`;
    case 'DeregisterRunner':
      return `removal of runner "${command.runner}"`;
    case 'ResignLeadership':
      return `end of term ${command.term} of runner "${command.runner}", as if it had stopped`;
    case 'ConfigureGroup':
      return `settings ${JSON.stringify(command.settings)}`;
  }
}
