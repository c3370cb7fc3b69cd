import type { FastifyInstance } from 'fastify';
import { STOPPING } from '../commands/run-once.js';
import { runnerFor, runWhileLeading } from '../commands/running.js';
import { CliError } from '../remote/cli-error.js';
import { workUnread } from '../terminal/protect.js';
import { Lead } from './lead.js';
import { LeaderNews } from './leader-news.js';
import type { AgentOptions } from './options.js';
import { PodLabel } from './pod-label.js';
import { ReadyFile } from './ready-file.js';
import { routesOf } from './routes.js';
import { workInTerm } from './term-work.js';

/** Until SIGTERM, SIGINT or SIGHUP: then the lead is handed over first. Rejects with {@link CliError}. */
export async function runAgent(options: AgentOptions): Promise<void> {
  const { group, id, label: labels, priority, listen, onElected, onRevoked } = options;
  const { kubernetesLabel: wanted, kubernetesAccount } = options;
  const runner = runnerFor(options, {
    group,
    id,
    signals: [],
    ...(labels && { labels }),
    ...(priority !== undefined && { priority }),
  });
  const label = wanted ? new PodLabel(wanted.name, wanted.value, kubernetesAccount) : null;
  const lead = new Lead();
  const news = new LeaderNews(options, group);
  let ready: ReadyFile | null = null;
  const app = routesOf({ group, id, host: listen.host, lead, news, status: () => runner.status });
  const stop = new AbortController();
  try {
    const url = await listening(app, listen);
    // not before: one that is started twice must not take the file of the first
    if (options.readyFile !== undefined) ready = new ReadyFile(options.readyFile, { group, runner: id });
    await label?.clear();
    for (const signal of STOPPING) process.on(signal, () => void runner.stop());
    workUnread();
    console.log(
      options.json
        ? JSON.stringify({ url, group, runner: id })
        : `conclave agent listening on ${url} (group ${group}, runner ${id})`,
    );
    void news.follow(stop.signal);
    const parts = { group, id, lead, ready, label, onElected, onRevoked, hookTimeoutMs: options.hookTimeout };
    await runWhileLeading(runner, async (context) => workInTerm(parts, context), {
      ...options,
      isPatient: true,
    });
  } finally {
    stop.abort();
    ready?.close();
    await app.close();
  }
}

/** Throws {@link CliError} (3) that says why it cannot. */
async function listening(app: FastifyInstance, { host, port }: AgentOptions['listen']): Promise<string> {
  try {
    return await app.listen({ host, port });
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const why = code === 'EADDRINUSE' ? 'the port is in use, perhaps by another agent' : message;
    throw new CliError(
      3,
      `the agent cannot listen on ${host}:${port} (${why}); --listen names another address.`,
    );
  }
}
