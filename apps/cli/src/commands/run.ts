import type { Command } from 'commander';
import type { LeadContext } from '@conclave/runner-sdk';
import { checkProgram } from '../guarding/program.js';
import { request, type Reach } from '../remote/client.js';
import { durationMs, guard, reachable, withExamples } from '../terminal/options.js';
import { CertificateFile } from './certificate-file.js';
import { workOn } from './lease-limits.js';
import { labelled, priorityOf, runOnce, STOPPING } from './run-once.js';
import { claimId } from './runner-id.js';
import {
  environmentOf,
  guardOfPrograms,
  isRenewed,
  runnerFor,
  runWhileLeading,
  supervise,
  type Ended,
} from './running.js';

interface Options extends Reach {
  group: string;
  id?: string;
  grace: number;
  once?: boolean;
  label?: Record<string, string>;
  priority?: number;
  certificateFile?: string;
}

/** `run`: any program, in any language, as a runner: it runs only while this runner leads. */
export const running = (): Command =>
  withExamples(
    runCommand(),
    'run --group deploy -- ./deploy.sh',
    'run --group migrate --once -- ./migrate.sh',
    'run --group deploy --label zone=a --priority 10 --certificate-file /run/deploy.jws -- ./deploy.sh',
  );

const runCommand = (): Command =>
  reachable('run', 'run a command only while this runner leads its group; again each time it is elected')
    .requiredOption('--group <group>')
    .option('--id <runner>', 'default: of this machine and folder, with a number if that one runs already')
    .option(
      '--once',
      'one term only: exits with the code of the command; 1 if the lead was lost before its end',
    )
    .option('--label <name=value>', 'of the runner; repeat it for more', labelled)
    .option('--priority <n>', 'the higher one leads first where the strategy is priority', priorityOf)
    .option('--certificate-file <file>', 'keep the newest certificate of the term there, for what checks it')
    .option('--grace <duration>', 'between SIGTERM and SIGKILL when it must stop', durationMs, 10_000)
    .argument('<command...>')
    .addHelpText(
      'after',
      '\nThe command gets CONCLAVE_TERM: pass it to whatever it changes, which should refuse lower ones.',
    )
    .action(guard(run));

async function run(command: string[], options: Options): Promise<void> {
  const { group, label: labels, priority, grace, once, certificateFile } = options;
  if (labels) (await import('../terminal/label-check.js')).checkLabels(labels);
  checkProgram(command[0]!);
  await request(options, 'GET', '/healthz'); // a wrong address is told at once, not retried for ever
  const id = options.id ?? claimId(group);
  const about = { ...(labels && { labels }), ...(priority !== undefined && { priority }) };
  const runner = runnerFor(options, { group, id, ...about, signals: once ? [] : STOPPING });
  const file = certificateFile === undefined ? null : new CertificateFile(certificateFile);
  const environment = { ...(file && { CONCLAVE_CERTIFICATE_FILE: file.path }) };
  const guardian = guardOfPrograms();
  const perform = async (context: LeadContext): Promise<Ended> => {
    const all = { ...environment, ...environmentOf({ group, id }, context.term) };
    const work = (): Promise<Ended> => supervise(command, all, context, grace, guardian);
    return file ? file.whileLeading(runner, context.certificate(), work) : work();
  };
  if (once) return runOnce(runner, perform, options);
  const performed = async (context: LeadContext): Promise<void> =>
    workOn(
      context,
      async () => isRenewed(await perform(context), context),
      `"${command[0]}" is started again`,
    );
  await runWhileLeading(runner, performed, options);
}
