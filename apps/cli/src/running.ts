import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { hostname } from 'node:os';
import { Command } from 'commander';
import { Runner } from '@conclave/runner-sdk';
import { tokenOf, urlOf, type Reach } from './client.js';
import { durationMs, reachable, withExamples } from './options.js';

interface Options extends Reach {
  group: string;
  id: string;
  grace: number;
}

/** `run`: any program, in any language, as a runner: it runs only while this runner leads. */
export const running = (): Command => withExamples(runCommand(), 'run --group deploy -- ./deploy.sh');

const runCommand = (): Command =>
  reachable(new Command('run').description('run a command only while this runner leads its group; again each time it is elected'))
    .requiredOption('--group <group>')
    .option('--id <runner>', 'default: the name of this machine', hostname().replace(/[^A-Za-z0-9._-]/g, '-'))
    .option('--grace <duration>', 'between SIGTERM and SIGKILL when it must stop', durationMs, 10_000)
    .argument('<command...>')
    .addHelpText('after', '\nThe command gets CONCLAVE_TERM: pass it to whatever it changes, which should refuse lower ones.')
    .action(async (command: string[], options: Options) => {
      const { group, id, grace } = options;
      const token = tokenOf(options);
      const runner = new Runner({ url: urlOf(options), group, id, ...(token && { token }), signals: ['SIGTERM', 'SIGINT'] });
      runner.on('status', (status, term) => process.stderr.write(`conclave: ${id} ${status}${term ? ` (term ${term})` : ''}\n`));
      await runner.lead(({ term, signal }) =>
        supervised(command, { CONCLAVE_TERM: String(term), CONCLAVE_GROUP: group, CONCLAVE_RUNNER: id }, signal, grace),
      );
    });

/** Resolves when the command has really ended: only then does the SDK release the term. */
export async function supervised(
  [program = '', ...args]: string[],
  environment: Record<string, string>,
  signal: AbortSignal,
  graceMs: number,
): Promise<void> {
  const child = spawn(program, args, { stdio: 'inherit', env: { ...process.env, ...environment } });
  const stop = (): void => {
    child.kill('SIGTERM');
    setTimeout(() => child.kill('SIGKILL'), graceMs).unref();
  };
  signal.addEventListener('abort', stop, { once: true });
  const [code, by] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null];
  if (!signal.aborted) process.stderr.write(`conclave: "${program}" ended by itself (${code === null ? by : `exit ${code}`}); resigning\n`);
}
