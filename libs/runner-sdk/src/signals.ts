import { constants } from 'node:os';
import { elapsedMs, now, type Instant } from './clocks/stopwatch.js';

interface OfProcess {
  waiting: Map<NodeJS.Signals, Set<() => Promise<void>>>;
  listeners: Map<NodeJS.Signals, () => void>;
}
/** Changes with what it leads to. */
const SHARED = Symbol.for('@conclave/runner-sdk signals 1');
/**
 * One listener for each signal, however many runners there are in the process. Also of other copies of this package, as npm installs
 * them: each would take the other one for a handler of the program, and none end the process.
 */
const { waiting, listeners } = ((globalThis as { [SHARED]?: OfProcess })[SHARED] ??= {
  waiting: new Map(),
  listeners: new Map(),
});

/**
 * On one of these signals: `stop`, then let the signal do what it would have done without us, a second Ctrl-C at once. If the program
 * has its own handler for the signal, the end of the process is the program's business.
 */
export function onSignals(
  signals: readonly NodeJS.Signals[],
  stop: () => Promise<void>,
  ended: Promise<void>,
): void {
  for (const signal of signals) {
    const stops = waiting.get(signal) ?? new Set();
    waiting.set(signal, stops.add(stop));
    if (!listeners.has(signal)) listen(signal);
  }
  // Not at once: a stop() begun by the signal itself ends before its handler has looked who else listens.
  const remove = () => setImmediate(() => signals.forEach((signal) => forget(signal, stop)));
  ended.then(remove, remove);
}

const FOUR = Symbol.for('signal-exit emitter');
interface SignalExit {
  [FOUR]?: { count: number };
  __signal_exit_emitter__?: { count: number };
}
/**
 * `signal-exit`, which execa, proper-lockfile and many more bring along, listens to each signal and lets it end the process if nobody
 * else listens, as is done here. Its copies count each other, and those of its third release, in the same way.
 */
function lookersOn(): number {
  const [four, three] = [globalThis as SignalExit, process as SignalExit];
  return (four[FOUR]?.count ?? 0) + (three.__signal_exit_emitter__?.count ?? 0);
}

/** A terminal's Ctrl-C may come twice at once: by itself, and from npm, which passes it on. */
const ONE_PRESS_MS = 1_000;

function listen(signal: NodeJS.Signals): void {
  let first: Instant | null = null;
  const listener = (): void => {
    const others = process.listenerCount(signal) - 1; // those that listen once are gone afterwards
    const isAlone = others === 0 || others === lookersOn();
    const stops = [...(waiting.get(signal) ?? [])];
    // somebody waits no longer: leases of what has not stopped run out
    if (signal === 'SIGINT' && isAlone && first && elapsedMs(first) > ONE_PRESS_MS) return endBy(signal);
    first ??= now();
    void endAll(signal, stops).then(async () => {
      if (!isAlone) return;
      await endAll(signal, [...(waiting.get(signal) ?? [])]); // the program made others as these ended
      endBy(signal);
    });
  };
  listeners.set(signal, listener);
  process.prependListener(signal, listener);
}

async function endAll(signal: NodeJS.Signals, stops: readonly (() => Promise<void>)[]): Promise<void> {
  await Promise.allSettled(stops.map(async (stop) => stop()));
  for (const stop of stops) forget(signal, stop);
}

/** As the signal would have without a listener. The kernel lets no process 1 end so, as in a container. */
function endBy(signal: NodeJS.Signals): void {
  for (const stop of waiting.get(signal) ?? []) forget(signal, stop);
  if (process.pid === 1) process.exit(128 + constants.signals[signal]);
  process.kill(process.pid, signal);
}

function forget(signal: NodeJS.Signals, stop: () => Promise<void>): void {
  const stops = waiting.get(signal);
  stops?.delete(stop);
  const listener = listeners.get(signal);
  if (!listener || (stops && stops.size > 0)) return;
  listeners.delete(signal);
  process.off(signal, listener);
}
