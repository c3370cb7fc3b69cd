import { AsyncLocalStorage } from 'node:async_hooks';

/** One for all runners: Node 20 and 22 keep each that was ever used, and look through all of them at every promise. */
const ofWork = new AsyncLocalStorage<readonly Promise<void>[]>();

/** All that `act` does, whenever that is, is within this work, and within that in which it began: none can wait for its own end. */
export const doWithin = <T>(working: Promise<void>, act: () => T): T =>
  ofWork.run([...(ofWork.getStore() ?? []), working], act);

/** Whoever asks does so within that work. */
export const isWithin = (working: Promise<void> | null): boolean =>
  working !== null && (ofWork.getStore() ?? []).includes(working);
