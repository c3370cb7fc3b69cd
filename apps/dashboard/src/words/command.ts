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
      return command.term < 1 // whichever it holds
        ? `end the term that ${command.runner} holds, as if it had stopped`
        : `end term ${command.term} of ${command.runner}, as if it had stopped`;
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
