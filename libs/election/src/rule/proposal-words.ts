import { NO_TERM, type ProposedCommand } from '@conclave/contract';

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
      return command.term === NO_TERM
        ? `end of whichever term runner "${command.runner}" holds, as if it had stopped`
        : `end of term ${command.term} of runner "${command.runner}", as if it had stopped`;
    case 'ConfigureGroup':
      return `settings ${partsOf(command.settings).join(', ')}`;
  }
}

/** Each setting by its name, a part of one by both. */
const partsOf = (settings: object, of = ''): string[] =>
  Object.entries(settings).flatMap(([name, value]: [string, unknown]) => {
    if (typeof value !== 'object' || value === null)
      return `${of}${name} ${(value as string | number | null) ?? 'none'}`;
    const parts = partsOf(value, `${of}${name}.`);
    return parts.length > 0 ? parts : `${of}${name} on`; // what was set before, or the defaults
  });
