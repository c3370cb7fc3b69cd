import { randomUUID } from 'node:crypto';
import type { Command } from 'commander';
import { checkProgram } from '../guarding/program.js';
import { CliError } from '../remote/cli-error.js';
import type { Reach } from '../remote/client.js';
import { say } from '../remote/telling.js';
import { durationMs, guard, reachable, withExamples } from '../terminal/options.js';
import { rollout } from './rollout.js';

interface Options extends Reach {
  id?: string;
  timeout: number;
  restarts?: boolean;
  leaderless?: boolean;
}

/** `rollout`: upgrade a whole group with one change of leader. */
export const rolling = (): Command =>
  withExamples(
    reachable('rollout', 'upgrade a group runner by runner, the leader last, with one change of leader')
      .option('--id <id>', 'name of this rollout; the same name again resumes it. Default: a new one')
      .option(
        '--timeout <duration>',
        'how long a runner may take to hand over, and to come back',
        durationMs,
        300_000,
      )
      .option('--restarts', 'wait for a new process of each runner, not only for a sign of life')
      .option('--leaderless', 'go on although nobody can lead while the last runner is upgraded')
      .argument('<group>')
      .argument('<command...>', '{runner} in it becomes the id of the runner')
      .addHelpText(
        'after',
        '\nStops at the first command that fails, and fails if nothing was upgraded (exit code 1). Run again to go on: the history knows what is done.',
      )
      .action(
        guard(
          async (
            group: string,
            command: string[],
            { timeout: timeoutMs, restarts = false, leaderless = false, id, ...reach }: Options,
          ) => {
            if (!command.some((word) => word.includes('{runner}'))) {
              throw new CliError(
                2,
                'the command must name the runner as {runner}, like: conclave rollout deploy -- ./upgrade.sh {runner}',
              );
            }
            if (!command[0]!.includes('{runner}')) checkProgram(command[0]!);
            const upgraded = await rollout({
              ...reach,
              group,
              command,
              id: id ?? randomUUID().slice(0, 8),
              timeoutMs,
              restarts,
              leaderless,
              say,
            });
            if (reach.json) console.log(JSON.stringify(upgraded, null, 2));
          },
        ),
      ),
    'rollout deploy -- ssh {runner} sudo systemctl restart agent',
    'rollout deploy --id v42 --restarts -- ./upgrade.sh {runner}',
  );
