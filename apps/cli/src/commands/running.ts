import {
  LeadershipOver,
  Runner,
  Superseded,
  type LeadContext,
  type RunnerOptions,
} from '@conclave/runner-sdk';
import { CliError } from '../remote/cli-error.js';
import { credentials, type Reach } from '../remote/credentials.js';
import { urlsOf } from '../remote/dialing.js';
import { say } from '../remote/telling.js';
import { hasLapsed, LeaseLimits } from './lease-limits.js';
import { ranGroup } from './process-group.js';

export { say } from '../remote/telling.js';

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
    runner = new Runner({ url: urlsOf(reach), ...about, ...credentials(reach) });
  } catch (error) {
    throw new CliError(2, (error as Error).message.replace(/^Runner: /, ''));
  }
  runner.on('status', (status, term) => say(`${about.id} ${status}${term ? ` (term ${term})` : ''}`));
  let told = '';
  runner.on('problem', (error) => {
    const { cause, message } = error as Error & { cause?: { code?: string } };
    const text = cause?.code ?? message;
    if (text !== told) say(`${urlsOf(reach).join(', ')}: ${text}; trying on`);
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
 * term. However long its grace, none of it is left when the lease ends, unless that was lost without warning.
 */
export async function supervise(
  command: string[],
  environment: Record<string, string>,
  context: LeadContext,
  graceMs: number,
): Promise<Ended> {
  const { signal } = context;
  const limits = new LeaseLimits(context, graceMs);
  const { code, by } = await ranGroup(command, environment, limits.stop, graceMs, limits.kill).finally(() =>
    limits.end(),
  );
  if (signal.aborted) return { code, by, stopCause: (signal.reason as LeadershipOver).stopCause };
  if (limits.stop.aborted) {
    say(`no server renews the lease: "${command[0]}" was stopped before its end`);
    await hasLapsed(context); // to resign would keep this runner out for two leases
    return { code, by, stopCause: 'lost' };
  }
  say(`"${command[0]}" ended by itself (${code === null ? by : `exit ${code}`}); resigning`);
  return { code, by, stopCause: null };
}
