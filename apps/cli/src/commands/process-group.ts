import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { CliError } from '../remote/cli-error.js';

const POLL_MS = 50;

/**
 * Runs a program and all that it starts: with the signal all of it gets SIGTERM, after `graceMs` SIGKILL. Resolves only
 * when none of it is left, with the exit code (null) or signal of the program. Rejects with {@link CliError} (1) if
 * it cannot be started.
 */
export async function ranGroup(
  [program = '', ...args]: readonly string[],
  environment: Record<string, string>,
  signal: AbortSignal,
  graceMs: number,
): Promise<{ code: number | null; by: NodeJS.Signals | null }> {
  // A group of its own: `sh -c "a | b"` leaves children that the death of `sh` alone would not end.
  // It cannot have the terminal's input then: reading it would stop it.
  const child = spawn(program, args, { stdio: ['ignore', 'inherit', 'inherit'], env: { ...process.env, ...environment }, detached: true });
  const guard = child.pid === undefined ? null : spawnGuard(child.pid); // at once: between the two nobody is on guard
  await once(child, 'spawn').catch((error: NodeJS.ErrnoException) => {
    throw new CliError(1, `"${program}" cannot be run (${error.code === 'ENOENT' ? 'there is no such program' : error.message})`);
  });
  const group = child.pid!;
  let killer: NodeJS.Timeout | undefined;
  const stop = (): void => {
    kill(group, 'SIGTERM');
    killer = setTimeout(() => kill(group, 'SIGKILL'), graceMs);
  };
  if (signal.aborted) stop();
  signal.addEventListener('abort', stop, { once: true });
  const [code, by] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null];
  if (!signal.aborted) stop(); // what it left behind works for a term that is being given up
  while (isAlive(group)) await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  clearTimeout(killer);
  signal.removeEventListener('abort', stop);
  guard?.kill('SIGKILL');
  return { code, by };
}

/** Nothing may go on working without this process: when it ends, however that is, the guard reads the end of its input. */
function spawnGuard(group: number): ChildProcess {
  const script = 'read _; kill -s KILL -- "-$1"';
  const guard = spawn('sh', ['-c', script, 'conclave-guard', String(group)], { stdio: ['pipe', 'ignore', 'ignore'], detached: true });
  guard.on('error', () => undefined); // no shell here: the group is on its own if this process is killed
  guard.unref();
  return guard;
}

/** False when there is nobody left in the group. */
function kill(group: number, signal: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(-group, signal);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** In a container nobody may reap what its parent left: such a zombie is in the group, but does nothing any more. */
function isAlive(group: number): boolean {
  if (!kill(group, 0)) return false;
  if (process.platform !== 'linux') return true;
  return readdirSync('/proc').some((name) => /^\d+$/.test(name) && isWorkingIn(group, name));
}

function isWorkingIn(group: number, pid: string): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const [state, , pgrp] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return Number(pgrp) === group && state !== 'Z' && state !== 'X';
  } catch {
    return false; // it ended meanwhile
  }
}
