import { constants } from 'node:os';
import { InvalidArgumentError } from 'commander';
import type { LeadContext, Runner } from '@conclave/runner-sdk';
import { CliError } from '../remote/cli-error.js';
import type { Reach } from '../remote/credentials.js';
import { say } from '../remote/telling.js';
import { saying } from '../terminal/protect.js';
import { runWhileLeading, type Ended } from './running.js';

/** SIGHUP: the terminal is gone, or the connection to it. */
export const STOPPING = ['SIGTERM', 'SIGINT', 'SIGHUP'] as const;

/** Ends this process as the program ended; whoever was given no name is no member of the group for longer. */
export async function runOnce(
  runner: Runner,
  perform: (context: LeadContext) => Promise<Ended>,
  { id, ...reach }: Reach & { id?: string },
): Promise<void> {
  let ended: Ended | undefined;
  let isOut = false;
  let stoppedBy: NodeJS.Signals | undefined;
  let pressedMs: number | null = null;
  const stop = (signal: NodeJS.Signals): void => {
    if (signal === 'SIGINT') {
      // as without --once: Ctrl-C again, and all is killed
      if (pressedMs !== null && performance.now() - pressedMs > 1_000) return endBy(signal);
      pressedMs ??= performance.now();
    }
    stoppedBy = signal;
    void runner.stop();
  };
  const endBy = (signal: NodeJS.Signals): void => {
    for (const one of STOPPING) process.off(one, stop);
    saying.flush();
    if (process.pid === 1) process.exit(128 + constants.signals[signal]); // the kernel lets it not end by a signal
    process.kill(process.pid, signal);
  };
  for (const signal of STOPPING) process.on(signal, stop);
  try {
    const once = async (context: LeadContext): Promise<void> => {
      ended = await perform(context).finally(() => setImmediate(() => void runner.stop()));
    };
    await runWhileLeading(runner, once, reach);
  } catch (error) {
    isOut = error instanceof CliError && error.exitCode !== 1; // it was not let in, or another process has its place
    throw error;
  } finally {
    await runner.stop().catch(() => undefined); // what it says of itself stands before the error
    if (id === undefined && !isOut)
      await runner.deregister().catch((error: Error) => say(`it is still a member (${error.message})`));
    for (const signal of STOPPING) process.off(signal, stop);
  }
  if (stoppedBy) return endBy(stoppedBy);
  if (ended?.stopCause) throw new CliError(1, `the lead was ${ended.stopCause} before the command ended.`);
  process.exitCode = ended?.code ?? 128 + (constants.signals[ended?.by ?? 'SIGKILL'] ?? 0);
}

/** Labels as `name=value`, one after the other. */
export function labelled(text: string, before: Record<string, string> = {}): Record<string, string> {
  const [, name, value] = /^([^=]+)=(.*)$/.exec(text) ?? [];
  if (name === undefined || value === undefined)
    throw new InvalidArgumentError('Write it as name=value, like zone=a.');
  if (Object.hasOwn(before, name)) throw new InvalidArgumentError(`The label "${name}" is given twice.`);
  return { ...before, [name]: value };
}

export function priorityOf(text: string): number {
  if (!/^-?\d{1,7}$/.test(text)) throw new InvalidArgumentError('Take a whole number, like 10 or -10.');
  return Number(text);
}
