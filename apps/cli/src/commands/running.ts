import { Command } from 'commander';
import {
  LeadershipOver,
  Runner,
  Superseded,
  type LeadContext,
  type RunnerOptions,
} from '@conclave/runner-sdk';
import { CliError } from '../remote/cli-error.js';
import { credentials, request, urlOf, type Reach } from '../remote/client.js';
import { say } from '../remote/telling.js';
import { durationMs, guard, reachable, withExamples } from '../terminal/options.js';
import { CertificateFile } from './certificate-file.js';
import { ranGroup } from './process-group.js';
import { labelled, priorityOf, runOnce, STOPPING } from './run-once.js';
import { claimId } from './runner-id.js';

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
  reachable(
    new Command('run').description(
      'run a command only while this runner leads its group; again each time it is elected',
    ),
  )
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
  await request(options, 'GET', '/healthz'); // a wrong address is told at once, not retried for ever
  const id = options.id ?? claimId(group);
  const about = { ...(labels && { labels }), ...(priority !== undefined && { priority }) };
  const runner = runnerFor(options, { group, id, ...about, signals: once ? [] : STOPPING });
  const file = certificateFile === undefined ? null : new CertificateFile(certificateFile);
  const environment = { ...(file && { CONCLAVE_CERTIFICATE_FILE: file.path }) };
  const perform = async ({ term, signal, certificate }: LeadContext): Promise<Ended> => {
    const work = (): Promise<Ended> =>
      supervise(command, { ...environment, ...environmentOf({ group, id }, term) }, signal, grace);
    return file ? file.whileLeading(runner, certificate(), work) : work();
  };
  if (once) return runOnce(runner, perform, options);
  await runWhileLeading(runner.lead(async (context) => void (await perform(context))));
}

export const environmentOf = (
  { group, id }: { group: string; id: string },
  term: number,
): Record<string, string> => ({ CONCLAVE_TERM: String(term), CONCLAVE_GROUP: group, CONCLAVE_RUNNER: id });

/** A runner that tells people what happens to it. Throws {@link CliError} (2) for options that cannot be. */
export function runnerFor(
  reach: Reach,
  about: Pick<RunnerOptions, 'group' | 'id' | 'signals' | 'ready' | 'platform' | 'labels' | 'priority'>,
): Runner {
  let runner: Runner;
  try {
    runner = new Runner({ url: urlOf(reach), ...about, ...credentials(reach) });
  } catch (error) {
    throw new CliError(2, (error as Error).message.replace(/^Runner: /, ''));
  }
  runner.on('status', (status, term) => say(`${about.id} ${status}${term ? ` (term ${term})` : ''}`));
  let told = '';
  runner.on('problem', (error) => {
    const { cause, message } = error as Error & { cause?: { code?: string } };
    const text = cause?.code ?? message;
    if (text !== told) say(`${urlOf(reach)}: ${text}; trying on`);
    told = text;
  });
  return runner;
}

/** Waits for the end of a runner's life; that a newer process took over is a refusal. */
export async function runWhileLeading(ended: Promise<void>): Promise<void> {
  try {
    await ended;
  } catch (error) {
    throw error instanceof Superseded
      ? new CliError(3, `${error.message}. Two processes must not share an id: --id names another.`)
      : error;
  }
}

/** How a program ended. */
export interface Ended {
  code: number | null;
  by: NodeJS.Signals | null;
  /** Why it was told to stop; null: it ended by itself. */
  stopCause: LeadershipOver['stopCause'] | null;
}

/**
 * Resolves when the command and all that it started have really ended: only then does the SDK release the
 * term.
 */
export async function supervise(
  command: string[],
  environment: Record<string, string>,
  signal: AbortSignal,
  graceMs: number,
): Promise<Ended> {
  const { code, by } = await ranGroup(command, environment, signal, graceMs);
  if (signal.aborted) return { code, by, stopCause: (signal.reason as LeadershipOver).stopCause };
  say(`"${command[0]}" ended by itself (${code === null ? by : `exit ${code}`}); resigning`);
  return { code, by, stopCause: null };
}
