import { spawn, spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { Command } from 'commander';
import { CliError } from '../remote/cli-error.js';
import { withExamples } from '../terminal/options.js';

const SERVER = fileURLToPath(new URL('../../../server/src/main.js', import.meta.url));

/** Runs the server as a child in this terminal: apps do not import each other. Ends as it ends. */
export function serveHere(args: readonly string[] = []): void {
  for (const signal of ['SIGTERM', 'SIGHUP'] as const) process.on(signal, () => child.kill(signal));
  process.on('SIGINT', () => undefined); // the terminal sends it to the child too
  const child = spawn(process.execPath, [SERVER, ...args], { stdio: 'inherit' });
  child.on('exit', (code) => process.exit(code ?? 1));
}

export const configuring = (): Command =>
  withExamples(
    new Command('config').description(
      'what a server started here would go by, and where each value comes from; secrets left out',
    ),
    'config',
    'config --config /etc/conclave.yaml --port 7601',
  )
    .allowUnknownOption()
    .option('--json', 'print JSON')
    .argument('[flags...]', 'as for serve')
    .action((flags: string[], { json }: { json?: boolean }) => {
      const args = ['--print-config', ...(json ? ['--json'] : []), ...flags];
      const { status, stdout, stderr } = spawnSync(process.execPath, [SERVER, ...args], { encoding: 'utf8' });
      if (status !== 0) throw new CliError(2, stderr.trim().replace(/^conclave: /, ''));
      process.stdout.write(stdout);
    });

export const serving = (): Command =>
  new Command('serve')
    .description('run a server; configured by flags, CONCLAVE_* variables and a file (docs/configuration.md)')
    .allowUnknownOption()
    .helpOption(false)
    .argument('[flags...]', '--port 7600 and the like: serve --help shows them')
    .action((flags: string[]) => serveHere(flags));
