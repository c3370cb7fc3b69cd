import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import type { Duplex } from 'node:stream';
import { isatty } from 'node:tty';
import { aliveIn, areZombies, END_SESSION, signalSession, UNSEEN } from '../guarding/session.js';
import { LOOKING, NO_PROGRAM, whyNot } from '../guarding/program.js';
import { CliError } from '../remote/cli-error.js';
import { say, warnOnce } from '../remote/telling.js';

const POLL_MS = 50;
/** Who is still there so long after it was killed cannot be. */
const STUBBORN_MS = 3_000;
/** Longer timers are over at once. */
const LONGEST_MS = 2 ** 31 - 1;

export interface Limits {
  /** What comes in through a pipe or from a file is the program's; a terminal's never is. */
  mayRead?: boolean;
  kill?: AbortSignal;
  began?: (session: number) => void;
}

/**
 * Runs a program and all that it starts: with the signal all of it gets SIGTERM, after `graceMs` SIGKILL, or when `kill` says so; `began`:
 * told the session that all of it is in.
 * Resolves only when none of it is left, with the exit code (null) or signal of the program. Rejects with
 * {@link CliError} (1) if it cannot be started.
 */
export async function ranGroup(
  [program = '', ...args]: readonly string[],
  environment: Record<string, string>,
  signal: AbortSignal,
  graceMs: number,
  limits: Limits = {},
): Promise<{ code: number | null; by: NodeJS.Signals | null }> {
  if (UNSEEN) warnOnce(`warning: ${UNSEEN}`);
  const env = { ...process.env, ...environment };
  const input = limits.mayRead && !isatty(0) ? 'inherit' : 'ignore';
  const isDirect = process.platform === 'win32' || Object.keys(env).some((name) => !SHELL_NAME.test(name));
  const child = isDirect
    ? spawn(program, args, { stdio: [input, ...OUTPUT], env, detached: true })
    : spawnWaiting([program, ...args], env, input);
  // of a direct one only as soon as can be
  const guard = child.pid === undefined ? null : spawnGuard(child.pid);
  try {
    await once(child, 'spawn').catch((error: NodeJS.ErrnoException) => {
      throw new CliError(
        1,
        `"${program}" cannot be run (${error.code === 'ENOENT' ? NO_PROGRAM : error.message})`,
      );
    });
    limits.began?.(child.pid!);
    if (!isDirect) await letGo(child, program, signal);
    return await ended(child, signal, graceMs, limits.kill);
  } finally {
    guard?.kill('SIGKILL');
  }
}

/** Until nothing of it is left. */
async function ended(
  child: ChildProcess,
  signal: AbortSignal,
  graceMs: number,
  limit?: AbortSignal,
): Promise<{ code: number | null; by: NodeJS.Signals | null }> {
  const session = child.pid!;
  let killer: NodeJS.Timeout | undefined;
  let killedMs = Infinity;
  const stop = (): void => {
    clearTimeout(killer);
    signalSession(session, 'SIGTERM');
    killer = setTimeout(kill, Math.min(graceMs, LONGEST_MS));
  };
  const kill = (): void => {
    if (aliveIn(session).length > 0) say(`has not stopped within ${graceMs / 1_000} s, and is killed`);
    end();
  };
  const end = (): void => {
    killedMs = Math.min(killedMs, performance.now());
    signalSession(session, 'SIGKILL');
  };
  limit?.addEventListener('abort', end, { once: true });
  if (limit?.aborted) end();
  if (signal.aborted) stop();
  signal.addEventListener('abort', stop, { once: true });
  const [code, by] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null];
  if (!signal.aborted) stop(); // what it left behind works for a term that is being given up
  let isTold = false;
  for (let left = aliveIn(session); left.length > 0; left = aliveIn(session)) {
    if (performance.now() > killedMs) end(); // some may have been forked meanwhile
    const isStubborn = performance.now() > killedMs + STUBBORN_MS;
    if (isStubborn && areZombies(session)) break;
    if (isStubborn && !isTold) {
      isTold = true;
      say(`cannot be killed, and goes on: process ${left.join(', ')}. Is it another user's (sudo)?`);
    }
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
  clearTimeout(killer);
  signal.removeEventListener('abort', stop);
  limit?.removeEventListener('abort', end);
  return { code, by };
}

/** What a shell passes on; others (`spring.datasource.url`) it drops. */
const SHELL_NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;
/** Never the terminal's input: a group that is not in the foreground would be stopped when it reads it. */
type Input = 'ignore' | 'inherit';
const OUTPUT = ['inherit', 'inherit'] as const;
/** Says whether there is such a program, and becomes it when it is told to; nobody there to tell it any more: it ends. */
const WAITING = `${LOOKING}read -r go <&3 || exit 1; exec 3>&-; exec "$@"`;

/**
 * The program in a session of its own (`sh -c "a | b"` leaves children that the death of `sh` alone would not
 * end), not yet begun: between its first step and the guard there would be a moment in which a kill of this
 * process leaves it running.
 */
function spawnWaiting(command: readonly string[], env: NodeJS.ProcessEnv, input: Input): ChildProcess {
  return spawn('sh', ['-c', WAITING, 'conclave', ...command], {
    stdio: [input, ...OUTPUT, 'pipe'],
    env,
    detached: true,
  });
}

/** Rejects with {@link CliError} (1) if there is no such program. */
async function letGo(child: ChildProcess, program: string, signal: AbortSignal): Promise<void> {
  const line = child.stdio[3] as Duplex;
  const isEnded = once(child, 'exit').then(
    () => ['ended'],
    () => ['ended'],
  );
  const [said] = (await Promise.race([once(line, 'data'), isEnded])) as [Buffer | string];
  const word = said.toString().trim();
  if (word !== 'ready') throw new CliError(1, whyNot(program, word));
  line.on('error', () => undefined); // it was ended meanwhile
  if (signal.aborted)
    line.destroy(); // the lease is over already: it ends without having begun
  else line.end('go\n');
}

/**
 * Nothing may go on working without this process: when it ends, however that is, the guard reads the end of
 * its input. Also beside a LeaseGuard: that could be killed together with this process.
 */
function spawnGuard(session: number): ChildProcess {
  const guard = spawn('sh', ['-c', `read _; ${END_SESSION}`, 'group-guard', String(session)], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  });
  guard.on('error', () => undefined); // no shell here: the group is on its own if this process is killed
  guard.unref();
  return guard;
}
