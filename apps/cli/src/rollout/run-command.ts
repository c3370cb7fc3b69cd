import { spawn } from 'node:child_process';

const TO_END = ['SIGTERM', 'SIGHUP', 'SIGINT'] as const;

/**
 * Runs a program to its end, and ends it where this process is told to end: nobody else would know of it. Resolves with why it
 * failed; null: it did not.
 */
export async function runCommand(command: readonly string[], environment: object): Promise<string | null> {
  const [program, ...words] = command;
  const pass = (signal: NodeJS.Signals): void => {
    const isThere = signal === 'SIGINT' && process.stdin.isTTY; // a terminal tells all that runs at it
    if (!isThere) child.kill(signal);
  };
  for (const signal of TO_END) process.on(signal, pass);
  // only now: told to end between the two, this process would leave it behind
  const child = spawn(program!, words, { stdio: 'inherit', env: { ...process.env, ...environment } });
  try {
    return await new Promise<string | null>((resolve) => {
      child.once('error', (error) => resolve(error.message));
      child.once('exit', (code, by) => resolve(code === 0 ? null : code === null ? by : `exit ${code}`));
    });
  } finally {
    for (const signal of TO_END) process.off(signal, pass);
  }
}
