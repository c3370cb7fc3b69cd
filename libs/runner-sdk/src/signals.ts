/**
 * On one of these signals: `stop`, then let the signal do what it would have done without us. If the program
 * has its own handler for the signal, the end of the process is the program's business.
 */
export function onSignals(
  signals: readonly NodeJS.Signals[],
  stop: () => Promise<void>,
  ended: Promise<void>,
): void {
  const handlers = signals.map((signal) => {
    const handler = (): void => {
      void stop().finally(() => {
        const isAlone = process.listenerCount(signal) === 1;
        process.off(signal, handler);
        if (isAlone) process.kill(process.pid, signal);
      });
    };
    process.on(signal, handler);
    return [signal, handler] as const;
  });
  // Not at once: a stop() begun by the signal itself ends before its handler has looked who else listens.
  const remove = () =>
    setImmediate(() => handlers.forEach(([signal, handler]) => process.off(signal, handler)));
  ended.then(remove, remove);
}
