import { spawn } from 'node:child_process';
import { LeaseGuard } from '../guarding/lease-guard.js';
import { aliveIn, signalSession } from '../guarding/session.js';

const TO_END = ['SIGTERM', 'SIGHUP', 'SIGINT'] as const;

/** What became of a command. */
export interface Came {
  /** Why it failed; null: it did not. */
  failure: string | null;
  /** This process was told to end meanwhile. */
  toldTo: NodeJS.Signals | null;
}

/**
 * Runs a program to its end, and ends it, with all that it started, where this process is told to end: nobody else would know of
 * it. Where it is killed, a guard does that: another rollout may soon be at work on the same runner (at a terminal the command is of
 * the session of its user, and goes on). `isQuiet`: what it says goes to stderr.
 */
export async function runCommand(
  command: readonly string[],
  environment: object,
  isQuiet: boolean,
): Promise<Came> {
  const [program, ...words] = command;
  const isAtTerminal = process.stdin.isTTY; // that tells all that runs at it, and lets no other group read
  let toldTo: NodeJS.Signals | null = null;
  const pass = (signal: NodeJS.Signals): void => {
    toldTo = signal;
    if (!isAtTerminal) signalSession(child.pid!, signal);
    else if (signal !== 'SIGINT') child.kill(signal);
  };
  const failed = 'nobody guards the command: if this process is killed, it goes on';
  const guard = isAtTerminal ? null : new LeaseGuard({ failed });
  for (const signal of TO_END) process.on(signal, pass);
  // only now: told to end between the two, this process would leave it behind
  const child = spawn(program!, words, {
    stdio: ['inherit', isQuiet ? 2 : 'inherit', 'inherit'],
    env: { ...process.env, ...environment },
    detached: !isAtTerminal,
  });
  guard?.watch(child.pid ?? 0);
  try {
    const failure = await new Promise<string | null>((resolve) => {
      child.once('error', (error) => resolve(error.message));
      child.once('exit', (code, by) => resolve(code === 0 ? null : code === null ? by : `exit ${code}`));
    });
    if (toldTo && !isAtTerminal) await endRest(child.pid!, toldTo);
    return { failure, toldTo };
  } finally {
    guard?.close();
    for (const signal of TO_END) process.off(signal, pass);
  }
}

/** What a shell forked in the instant of the signal has not heard it. Waits for none that does not want to end. */
async function endRest(session: number, signal: NodeJS.Signals): Promise<void> {
  for (let times = 0; times < 3 && aliveIn(session).length > 0; times++) {
    signalSession(session, signal);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
