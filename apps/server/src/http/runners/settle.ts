/** Passes on what `act` gives or throws: at once, where nothing needs to be waited for. */
export function settle<T, R, F>(
  act: () => T | Promise<T>,
  answered: (found: T) => R,
  failed: (error: unknown) => F,
): R | F | Promise<R | F> {
  let found: T | Promise<T>;
  try {
    found = act();
  } catch (error) {
    return failed(error);
  }
  return found instanceof Promise ? found.then(answered, failed) : answered(found);
}
