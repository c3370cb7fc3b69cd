/** Which process this is: the simulation plays many of them in one. */
export const processes = { current: (): object => processes };

/** What all runners of this process share. */
export function processWide<T>(make: () => T): () => T {
  const made = new WeakMap<object, T>();
  return () => {
    const process = processes.current();
    const present = made.get(process) ?? make();
    made.set(process, present);
    return present;
  };
}
