import type { ElectionCommand, RecordedEvent } from '@conclave/election';

/** The command that an append answered, as it was asked: it stands on its first event. Throws if it does not. */
export function askedIn([first]: readonly Pick<RecordedEvent, 'meta'>[]): ElectionCommand {
  const command = first?.meta.command;
  if (!command) throw new Error('its first event does not say which command it answers');
  return command;
}
