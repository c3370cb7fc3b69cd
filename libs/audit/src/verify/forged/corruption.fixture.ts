import type { EventType, RecordedEvent } from '@conclave/election';

/** Changes one history in place; true if it found something to change. */
export type Corruption = (history: RecordedEvent[]) => boolean;
type Recorded<T extends EventType> = Extract<RecordedEvent, { type: T }>;

const at = <T extends EventType>(
  history: RecordedEvent[],
  type: T,
  fits: (e: Recorded<T>) => boolean = () => true,
): Recorded<T> | undefined =>
  history.find((e): e is Recorded<T> => e.type === type && fits(e as Recorded<T>));
export const change =
  <T extends EventType>(
    type: T,
    edit: (e: Recorded<T>) => void,
    fits?: (e: Recorded<T>) => boolean,
  ): Corruption =>
  (history) => {
    const event = at(history, type, fits);
    if (event) edit(event);
    return event !== undefined;
  };
export const drop =
  <T extends EventType>(type: T, fits?: (e: Recorded<T>) => boolean): Corruption =>
  (history) => {
    const event = at(history, type, fits);
    if (event) history.splice(history.indexOf(event), 1);
    return event !== undefined;
  };
/** All events of the first append that fits: who forges one command forges the whole of it. */
export const append =
  (
    fits: (first: RecordedEvent, all: RecordedEvent[]) => boolean,
    edit: (all: RecordedEvent[]) => void,
  ): Corruption =>
  (history) => {
    const first = history.find((e) => {
      const all = history.filter((x) => x.meta.commandId === e.meta.commandId);
      return all[0] === e && fits(e, all);
    });
    if (first) edit(history.filter((x) => x.meta.commandId === first.meta.commandId));
    return first !== undefined;
  };
