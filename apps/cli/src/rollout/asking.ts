import type { RunnerReply } from '@conclave/contract';
import { CliError, isUnanswered } from '../remote/cli-error.js';
import { request, type Reach } from '../remote/client.js';
import { patiently } from '../remote/patiently.js';
import { runnersOf } from '../remote/runners.js';

export interface Asking extends Reach {
  group: string;
  /** The same id finds what an interrupted rollout has done. */
  id: string;
  timeoutMs: number;
  say: (text: string) => void;
}

/** Key of the taint that keeps a runner from leading while it is upgraded. */
export const KEY = 'rollout';

/**
 * What may be asked twice. A server that restarts is waited for: a command that has run must not be run again because of it.
 * Rejects with {@link CliError}.
 */
export async function ask<Reply>(
  plan: Asking,
  method: string,
  path: string,
  body?: object,
  headers?: Record<string, string>,
): Promise<Reply> {
  let isTold = false;
  const tell = ({ message }: CliError): void => {
    if (!isTold) plan.say(`${message} Waiting for it.`);
    isTold = true;
  };
  try {
    return await patiently(
      async () => request<Reply>(plan, method, path, body, headers),
      plan.timeoutMs,
      tell,
    );
  } catch (error) {
    if (!isUnanswered(error)) throw error;
    throw new CliError(4, `${error.message} ${howItGoesOn(plan)}`, error.details);
  }
}

/** The runner that failed stays tainted: nobody knows in which state it is. */
export function stop(plan: Asking, what: string): never {
  throw new CliError(1, `${what}. ${howItGoesOn(plan)}`);
}

const howItGoesOn = ({ id, group }: Asking): string =>
  `The rollout stopped. The same command with --id ${id} goes on; "conclave group ${group}" shows taints left behind (key ${KEY}).`;

export const allRunners = async (plan: Asking, how: typeof ask = ask): Promise<RunnerReply[]> =>
  runnersOf(plan, plan.group, how);

/** Reason of that taint. */
export const wordOf = ({ id }: Asking): string => `rollout ${id}`;
