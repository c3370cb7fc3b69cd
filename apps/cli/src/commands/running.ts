import { hostname } from 'node:os';
import { Command } from 'commander';
import { Runner, Superseded, type RunnerOptions } from '@conclave/runner-sdk';
import { CliError } from '../remote/cli-error.js';
import { credentials, request, urlOf, type Reach } from '../remote/client.js';
import { say } from '../remote/telling.js';
import { durationMs, guard, reachable, withExamples } from '../terminal/options.js';
import { ranGroup } from './process-group.js';

interface Options extends Reach {
  group: string;
  id: string;
  grace: number;
}

/** `run`: any program, in any language, as a runner: it runs only while this runner leads. */
export const running = (): Command => withExamples(runCommand(), 'run --group deploy -- ./deploy.sh');

const runCommand = (): Command =>
  reachable(
    new Command('run').description(
      'run a command only while this runner leads its group; again each time it is elected',
    ),
  )
    .requiredOption('--group <group>')
    .option('--id <runner>', 'default: the name of this machine', hostname().replace(/[^A-Za-z0-9._-]/g, '-'))
    .option('--grace <duration>', 'between SIGTERM and SIGKILL when it must stop', durationMs, 10_000)
    .argument('<command...>')
    .addHelpText(
      'after',
      '\nThe command gets CONCLAVE_TERM: pass it to whatever it changes, which should refuse lower ones.',
    )
    .action(
      guard(async (command: string[], options: Options) => {
        const { group, id, grace } = options;
        await request(options, 'GET', '/healthz'); // a wrong address is told at once, not retried for ever
        const runner = runnerFor(options, { group, id, signals: ['SIGTERM', 'SIGINT'] });
        await runWhileLeading(
          runner.lead(({ term, signal }) => supervise(command, environmentOf(options, term), signal, grace)),
        );
      }),
    );

export const environmentOf = (
  { group, id }: Pick<Options, 'group' | 'id'>,
  term: number,
): Record<string, string> => ({ CONCLAVE_TERM: String(term), CONCLAVE_GROUP: group, CONCLAVE_RUNNER: id });

/** A runner that tells people what happens to it. Throws {@link CliError} (2) for ids that cannot be. */
export function runnerFor(
  reach: Reach,
  about: Pick<RunnerOptions, 'group' | 'id' | 'signals' | 'ready' | 'platform'>,
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

/**
 * Resolves when the command and all that it started have really ended: only then does the SDK release the
 * term.
 */
export async function supervise(
  command: string[],
  environment: Record<string, string>,
  signal: AbortSignal,
  graceMs: number,
): Promise<void> {
  const { code, by } = await ranGroup(command, environment, signal, graceMs);
  if (!signal.aborted)
    say(`"${command[0]}" ended by itself (${code === null ? by : `exit ${code}`}); resigning`);
}
