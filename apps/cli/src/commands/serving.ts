import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { runOn } from '@conclave/launch';
import { Command } from 'commander';
import { CliError } from '../remote/cli-error.js';
import { withExamples } from '../terminal/options.js';

const SERVER = fileURLToPath(new URL('../../../server/src/main.js', import.meta.url));

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
    .action((flags: string[]) => runOn(process.execPath, [SERVER, ...flags])); // apps do not import each other
