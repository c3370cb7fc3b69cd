import {
  ApiError,
  LeadershipOver,
  Runner,
  Superseded,
  type LeadContext,
  type RunnerOptions,
  type Work,
} from '@conclave/runner-sdk';
import type { ProblemReply } from '@conclave/contract';
import { CliError } from '../remote/cli-error.js';
import { refusal } from '../remote/refusal.js';
import { credentials, type Reach } from '../remote/credentials.js';
import { urlsOf } from '../remote/dialing.js';
import { say } from '../remote/telling.js';
import { LeaseGuard } from '../guarding/lease-guard.js';
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
  return runner;
}

/** What a server will say again to who comes back: what was asked, and by whom, is wrong. */
const FINAL: ReadonlySet<number> = new Set([400, 401, 403, 421]);

/** Where it names no server it may be any of them. */
function ofWhom(urls: readonly string[], problem: string): string {
  if (urls.some((url) => problem.includes(new URL(url).origin))) return problem;
  return `${urls.length > 1 ? 'one of ' : ''}${urls.join(', ')}: ${problem}`;
}

/**
 * Until the end of the runner's life. Rejects with {@link CliError} (3) if a newer process took over, or if no server lets it
 * in when it begins; one that was let in waits, for credentials are renewed, as does one that `isPatient`.
 */
export async function runWhileLeading(
  runner: Runner,
  work: Work,
  reach: Reach & { isPatient?: boolean },
): Promise<void> {
  const urls = urlsOf(reach);
  let refused: CliError | null = null;
  let refusals = 0;
  runner.on('problem', (error, isNews) => {
    refusals = error instanceof ApiError && FINAL.has(error.status) ? refusals + 1 : 0;
    if (runner.status === 'connecting' && refusals === urls.length && !reach.isPatient) {
      const { status, code, message: detail } = error as ApiError;
      refused = refusal(status, { code, detail } as ProblemReply);
      return void runner.stop();
    }
    if (isNews && !(error instanceof ApiError && error.code === 'group-deleted'))
      say(`${ofWhom(urls, error.message)}; trying on`);
  });
  try {
    await runner.lead(work);
  } catch (error) {
    if (error instanceof ApiError && error.code === 'group-deleted')
      throw refusal(error.status, { code: error.code, detail: error.message });
    throw error instanceof Superseded
      ? new CliError(3, `${error.message}. Two processes must not share an id: --id names another.`)
      : error;
  }
  if (refused) throw refused as CliError;
}

/** Begin before the first term: it takes a moment. */
export const guardOfPrograms = (): LeaseGuard =>
  new LeaseGuard({ failed: 'nobody guards the program: if this process is killed or stopped, it goes on' });

/** How a program ended. */
export interface Ended {
  code: number | null;
  by: NodeJS.Signals | null;
  /** Why it was told to stop; null: it ended by itself. */
  stopCause: LeadershipOver['stopCause'] | null;
}

/**
 * Resolves when the command and all that it started have really ended: only then does the SDK release the
 * term. However long its grace, none of it is left when the lease ends (G2), also if this process is stuck.
 */
export async function supervise(
  command: string[],
  environment: Record<string, string>,
  context: LeadContext,
  graceMs: number,
  guard: LeaseGuard,
): Promise<Ended> {
  const { signal } = context;
  const limits = new LeaseLimits(context, graceMs, guard);
  const began = (group: number): void => guard.watch(group);
  const ran = ranGroup(command, environment, limits.stop, graceMs, {
    mayRead: true,
    kill: limits.kill,
    began,
  });
  const { code, by } = await ran.finally(() => {
    guard.watch(0);
    limits.end();
  });
  if (signal.aborted) return { code, by, stopCause: (signal.reason as LeadershipOver).stopCause };
  if (limits.stop.aborted) {
    say(`no server renews the lease: "${command[0]}" was stopped before its end`);
    await hasLapsed(context); // to resign would keep this runner out for two leases; see `isRenewed`
    return { code, by, stopCause: 'lost' };
  }
  say(`"${command[0]}" ended by itself (${code === null ? by : `exit ${code}`}); resigning`);
  return { code, by, stopCause: null };
}

/** It was stopped because nobody renewed the lease, and then somebody did: this runner leads, and has nobody at work. */
export const isRenewed = ({ stopCause }: Ended, { signal }: LeadContext): boolean =>
  stopCause === 'lost' && !signal.aborted;
