import { once } from 'node:events';
import { hostname } from 'node:os';
import type { Command } from 'commander';
import type { WhoReply } from '@conclave/contract';
import type { Runner, Work } from '@conclave/runner-sdk';
import { checkProgram } from '../guarding/program.js';
import { request, type Reach } from '../remote/client.js';
import { userName } from '../remote/credentials.js';
import { say } from '../remote/telling.js';
import { durationMs, guard, reachable, withExamples } from '../terminal/options.js';
import { DevPin, pinToReplace } from './pinning.js';
import { idOf } from '../commands/runner-id.js';
import {
  environmentOf,
  runWhileLeading,
  runnerFor,
  guardOfPrograms,
  supervise,
} from '../commands/running.js';
import { CliError } from '../remote/cli-error.js';

interface Options extends Reach {
  group: string;
  id: string;
  goneAfter: number;
  keep?: boolean;
  yes?: boolean;
}

const ownId = (): string => idOf(`dev-${userName() ?? process.getuid?.() ?? 'user'}-${hostname()}`);

/** `dev`: this machine leads the group while it exists; cloud runners, also later ones, stand by. */
export const developing = (): Command =>
  withExamples(devCommand(), 'dev --group deploy', 'dev --group deploy -- npm run worker');

const devCommand = (): Command =>
  reachable(
    'dev',
    'lead a group from this machine while you develop; cloud runners stand by until you are gone',
  )
    .requiredOption('--group <group>')
    .option('--id <runner>', 'keep it the same across restarts', ownId())
    .option(
      '--gone-after <duration>',
      'without a sign of life for so long, the cloud runners take over',
      durationMs,
      600_000,
    )
    .option('--keep', 'at the end, keep the lead reserved for a restart instead of leaving the group')
    .option('-y, --yes', 'replace the pin of somebody else without asking; it is restored at the end')
    .argument('[command...]', 'what to run while leading')
    .action(guard(dev));

async function dev(command: string[], { yes, ...options }: Options): Promise<void> {
  if (command[0] !== undefined) checkProgram(command[0]);
  const { group, id, goneAfter, keep } = options;
  await checkMayPin(options);
  const replaced = await pinToReplace({ ...options, ...(yes && { yes }) }, group, id);
  const runner = runnerFor(options, { group, id, ready: true, platform: 'local', signals: [] });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => void runner.stop());
  let failure: string | null = null;
  const work = workOf(runner, command, options, (how) => (failure = how));
  const ended = runWhileLeading(runner, work, options);
  let isIn = true;
  ended.catch((error: unknown) => {
    isIn = !(error instanceof CliError) || error.exitCode === 1; // else it was not let in, or another process has its place
  });
  const pin = new DevPin(options, { group, runner: id, silentMs: goneAfter }, replaced);
  const pinning = pin.set();
  try {
    await Promise.race([pinning, ended]);
    if (pin.isSet)
      say(
        `only "${id}" leads "${group}" now; it ends ${keep ? `${goneAfter / 1_000} s after you stop` : 'when you stop (Ctrl-C)'}`,
      );
    await ended;
  } finally {
    pin.giveUp();
    await pinning.catch(() => undefined);
    const isEnded = await pin.end(keep === true);
    if (!isEnded) process.exitCode = 1; // whatever the command said: somebody has to set it right
    await runner.stop().catch(() => undefined); // whatever went wrong, the cloud runners must not wait for us
    if (!keep && isIn) {
      await runner
        .deregister()
        .catch((error: Error) => say(`"${id}" could not leave the group (${error.message})`));
    }
  }
  if (failure !== null) throw new CliError(1, `"${command[0]}" failed (${failure as string}).`);
}

/**
 * Who may not would be refused when its runner is in the group. A wrong address is told by it, too, not retried for ever.
 * Rejects with {@link CliError}.
 */
async function checkMayPin({ group, ...reach }: Options): Promise<void> {
  const path = `/v1/whoami?group=${encodeURIComponent(group)}`;
  const { name, proved, may } = await request<WhoReply>(reach, 'GET', path);
  if (!proved || may?.operate !== false) return;
  const detail = `"${name}" may not pin group "${group}". dev takes a credential that is both: conclave token create --role runner --role operator --group ${group} --name …`;
  throw new CliError(3, `forbidden: ${detail}`, { code: 'forbidden', detail });
}

/** Without a command the lead itself is what is wanted. */
function workOf(
  runner: Runner,
  command: string[],
  { group, id }: Options,
  failed: (how: string) => void,
): Work {
  const guardian = command.length === 0 ? null : guardOfPrograms();
  return async (context) => {
    const { term, signal } = context;
    if (guardian === null) return void (signal.aborted || (await once(signal, 'abort')));
    try {
      const { code, by, stopCause } = await supervise(
        command,
        environmentOf({ group, id }, term),
        context,
        10_000,
        guardian,
      );
      if (stopCause === null && code !== 0) failed(code === null ? `${by}` : `exit ${code}`);
    } finally {
      setImmediate(() => void runner.stop()); // ended by itself: nobody may be kept waiting for it
    }
  };
}
