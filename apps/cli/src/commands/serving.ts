import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** Runs the server as a child in this terminal: apps do not import each other. Ends as it ends. */
export function serveHere(args: readonly string[] = []): void {
  const child = spawn(
    process.execPath,
    [fileURLToPath(new URL('../../../server/src/main.js', import.meta.url)), ...args],
    { stdio: 'inherit' },
  );
  for (const signal of ['SIGTERM', 'SIGHUP'] as const) process.on(signal, () => child.kill(signal));
  process.on('SIGINT', () => undefined); // the terminal sends it to the child too
  child.on('exit', (code) => process.exit(code ?? 1));
}
