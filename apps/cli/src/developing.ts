import { hostname, userInfo } from 'node:os';
import { Command } from 'commander';
import { Runner } from '@conclave/runner-sdk';
import { CliError } from './cli-error.js';
import { request, tokenOf, urlOf, type Reach } from './client.js';
import { durationMs, groupPath, guarded, reachable, withExamples } from './options.js';
import { supervised } from './running.js';

interface Options extends Reach {
  group: string;
  id: string;
  goneAfter: number;
  keep?: boolean;
}

const ownId = (): string => `dev-${userInfo().username}-${hostname()}`.replace(/[^A-Za-z0-9._-]/g, '-').slice(0, 63);

/** `dev`: this machine leads the group while it exists; cloud runners, also later ones, stand by. */
export const developing = (): Command => withExamples(devCommand(), 'dev --group deploy', 'dev --group deploy -- npm run worker');

const devCommand = (): Command =>
  reachable(new Command('dev').description('lead a group from this machine while you develop; cloud runners stand by until you are gone'))
    .requiredOption('--group <group>')
    .option('--id <runner>', 'keep it the same across restarts', ownId())
    .option('--gone-after <duration>', 'without a sign of life for so long, the cloud runners take over', durationMs, 600_000)
    .option('--keep', 'at the end, keep the lead reserved for a restart instead of leaving the group')
    .argument('[command...]', 'what to run while leading')
    .action(guarded(dev));

async function dev(command: string[], options: Options): Promise<void> {
  const { group, id, goneAfter, keep } = options;
  const token = tokenOf(options);
  const path = groupPath(group);
  const say = (text: string): boolean => process.stderr.write(`conclave: ${text}\n`);
  await request(options, 'GET', '/healthz'); // a wrong address is told at once, not retried for ever
  const runner = new Runner({ url: urlOf(options), group, id, ready: true, platform: 'local', ...(token && { token }), signals: [] });
  runner.on('status', (status, term) => say(`${id} ${status}${term ? ` (term ${term})` : ''}`));
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => void runner.stop());
  const ended = runner.lead(({ term, signal }) => {
    if (command.length > 0) return supervised(command, { CONCLAVE_TERM: String(term), CONCLAVE_GROUP: group, CONCLAVE_RUNNER: id }, signal, 10_000);
    return new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
  });
  ended.catch(() => undefined);
  await pinned(options, path, id, goneAfter);
  say(`only "${id}" leads "${group}" now; it ends ${keep ? `${goneAfter / 1_000} s after you stop` : 'when you stop (Ctrl-C)'}`);
  await ended;
  if (!keep) await request(options, 'DELETE', `${path}/runners/${encodeURIComponent(id)}?incarnation=${runner.incarnation}`);
}

/** Waits for the registration, which the SDK repeats until it succeeds. The pin goes with the runner (until runnerGone). */
async function pinned(options: Options, path: string, runner: string, silentMs: number): Promise<void> {
  const body = { runner, mode: 'strict', until: { runnerGone: runner, silentMs }, reason: 'conclave dev' };
  for (let attempt = 1; ; attempt++) {
    try {
      return void (await request(options, 'PUT', `${path}/pin`, body));
    } catch (error) {
      if (attempt >= 50 || !(error instanceof CliError) || !/unknown/.test(error.message)) throw error;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}
