import { spawn } from 'node:child_process';

/** SIGINT at a terminal reaches what runs there by itself. */
const PASSED_ON = ['SIGTERM', 'SIGHUP', ...(process.stdin.isTTY ? [] : (['SIGINT'] as const))] as const;
const HELD = ['SIGTERM', 'SIGHUP', 'SIGINT'] as const;

/**
 * Runs a program to its end, and ends it where this process is told to end: nobody else would know of it. Resolves with why it
 * failed; null: it did not.
 */
export async function runCommand(command: readonly string[], environment: object): Promise<string | null> {
  const [program, ...words] = command;
  const child = spawn(program!, words, { stdio: 'inherit', env: { ...process.env, ...environment } });
  const pass = (signal: NodeJS.Signals): void => {
    if ((PASSED_ON as readonly string[]).includes(signal)) child.kill(signal);
  };
  for (const signal of HELD) process.on(signal, pass);
  try {
    return await new Promise<string | null>((resolve) => {
      child.once('error', (error) => resolve(error.message));
      child.once('exit', (code, by) => resolve(code === 0 ? null : code === null ? by : `exit ${code}`));
    });
  } finally {
    for (const signal of HELD) process.off(signal, pass);
  }
}
