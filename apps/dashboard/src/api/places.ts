/** A browser has six connections to a server for all of its windows; two are for what is asked. */
const PLACES = 4;

/**
 * Does something with one of the places for streams, as long as it takes; where other windows have them all, without. Where a
 * browser has no locks (http to another machine), or gives none to pages that may keep nothing, nobody knows of others, and each has one.
 */
export async function withPlace<T>(act: (hasPlace: boolean) => Promise<T>): Promise<T> {
  const { locks } = navigator as Partial<Navigator>;
  if (!locks) return act(true);
  for (let n = 0; n < PLACES; n++) {
    let isAsked = false;
    const acted = await locks
      .request(`conclave-stream-${n}`, { ifAvailable: true }, async (lock) => {
        isAsked = true;
        return lock === null ? null : { of: await act(true) };
      })
      .catch(async (error: Error) => {
        if (isAsked) throw error;
        return { of: await act(true) };
      });
    if (acted) return acted.of;
  }
  return act(false);
}
