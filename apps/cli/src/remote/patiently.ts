import { isUnanswered, type CliError } from './cli-error.js';

const AGAIN_MS = 250;
/** A server that restarts is back by then. */
export const RESTART_MS = 15_000;

/**
 * Does again what nobody answers, for so long; `told` hears each time why. Rejects with what it was last. Only for what may be
 * done twice: the first may have been carried out.
 */
export async function patiently<T>(
  act: () => Promise<T>,
  forMs: number,
  told: (why: CliError) => void = () => undefined,
): Promise<T> {
  return whilePassing(isUnanswered, act, forMs, told);
}

/** The same of any error that `isPassing` says of that it passes. */
export async function whilePassing<T, E>(
  isPassing: (error: unknown) => error is E,
  act: () => Promise<T>,
  forMs: number,
  told: (why: E) => void = () => undefined,
): Promise<T> {
  for (const untilMs = performance.now() + forMs; ;) {
    try {
      return await act();
    } catch (error) {
      if (!isPassing(error) || performance.now() > untilMs) throw error;
      told(error);
      await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
    }
  }
}
