import { hostname, userInfo } from 'node:os';
import { Command } from 'commander';
import { CliError } from '../remote/cli-error.js';
import { request, type Reach } from '../remote/client.js';
import { say } from '../remote/telling.js';
import { durationMs, groupPath, guard, reachable, withExamples } from '../terminal/options.js';
import { environmentOf, runWhileLeading, runnerFor, supervise } from '../commands/running.js';

interface Options extends Reach {
  group: string;
  id: string;
  goneAfter: number;
  keep?: boolean;
}

const ownId = (): string =>
  `dev-${userInfo().username}-${hostname()}`.replace(/[^A-Za-z0-9._-]/g, '-').slice(0, 63);

/** `dev`: this machine leads the group while it exists; cloud runners, also later ones, stand by. */
export const developing = (): Command =>
  withExamples(devCommand(), 'dev --group deploy', 'dev --group deploy -- npm run worker');

const devCommand = (): Command =>
  reachable(
    new Command('dev').description(
      'lead a group from this machine while you develop; cloud runners stand by until you are gone',
    ),
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
    .argument('[command...]', 'what to run while leading')
    .action(guard(dev));

async function dev(command: string[], options: Options): Promise<void> {
  const { group, id, goneAfter, keep } = options;
  const path = groupPath(group);
  await request(options, 'GET', '/healthz'); // a wrong address is told at once, not retried for ever
  const runner = runnerFor(options, { group, id, ready: true, platform: 'local', signals: [] });
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => void runner.stop());
  const ended = runWhileLeading(
    runner.lead(({ term, signal }) => {
      if (command.length > 0) {
        const ran = supervise(command, environmentOf(options, term), signal, 10_000);
        // ended by itself: nobody may be kept waiting for it
        return ran.finally(() => setImmediate(() => void runner.stop()));
      }
      return new Promise<void>((resolve) =>
        signal.addEventListener('abort', () => resolve(), { once: true }),
      );
    }),
  );
  ended.catch(() => undefined);
  const over = new AbortController();
  const pinning = keepPinned(options, path, id, goneAfter, over.signal);
  try {
    await Promise.race([pinning, ended]);
    say(
      `only "${id}" leads "${group}" now; it ends ${keep ? `${goneAfter / 1_000} s after you stop` : 'when you stop (Ctrl-C)'}`,
    );
    await ended;
  } finally {
    over.abort();
    await pinning.catch(() => undefined);
    await runner.stop().catch(() => undefined); // whatever went wrong, the cloud runners must not wait for us
    if (!keep) {
      await runner
        .deregister()
        .catch((error: Error) => say(`"${id}" could not leave the group (${error.message})`));
    }
  }
}

/**
 * Waits for the registration, which the SDK repeats until it succeeds. The pin goes with the runner (until
 * runnerGone).
 */
async function keepPinned(
  options: Options,
  path: string,
  runner: string,
  silentMs: number,
  over: AbortSignal,
): Promise<void> {
  const body = { runner, mode: 'strict', until: { runnerGone: runner, silentMs }, reason: 'conclave dev' };
  for (let attempt = 1; !over.aborted; attempt++) {
    try {
      return void (await request(options, 'PUT', `${path}/pin`, body));
    } catch (error) {
      if (attempt >= 50 || !(error instanceof CliError) || !/unknown/.test(error.message)) throw error;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}
